//! How far long work has come: a bar on a terminal, now and then a line elsewhere. Goes to stderr.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

use super::print;

/// Users between two lines where there is no terminal.
const USERS_A_LINE: u64 = 100_000;

/// A bar for work of `steps` steps; where stderr is no terminal it shows nothing.
pub fn bar(template: &str, steps: u64) -> ProgressBar {
    let style = ProgressStyle::with_template(template).expect("the template is sound");
    ProgressBar::new(steps).with_style(style).with_finish(ProgressFinish::AndClear)
}

/// The progress of one piece of work.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    bar: Option<ProgressBar>,
    told: u64,
}

impl Progress {
    /// Begins. `bytes` is the size of the whole, 0 where that is not known.
    pub fn start(what: &'static str, bytes: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let template = if bytes > 0 {
                "{prefix} {wide_bar} {bytes}/{total_bytes}, {msg}, {eta} left"
            } else {
                "{prefix} {spinner} {msg}, {elapsed}"
            };
            bar(template, bytes).with_prefix(what)
        });
        Self { what, bar, told: 0 }
    }

    /// Tells of `bytes` and `users` done so far.
    pub fn at(&mut self, bytes: u64, users: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
            bar.set_message(format!("{users} users"));
        } else if users / USERS_A_LINE > self.told {
            self.told = users / USERS_A_LINE;
            print::note(&format!("{}: {users} users", self.what));
        }
    }

    /// Takes the bar away.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
