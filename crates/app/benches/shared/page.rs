//! The page of results: one section for each harness, between its markers, replaced as a whole; what people wrote around
//! the sections stays. Knows nothing of what is measured.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use ramward_domain::time::{Clock, SystemClock};

/// A ratio over several rounds.
#[derive(Debug, Clone, Default)]
pub struct Ratios(Vec<f64>);

impl Ratios {
    /// Adds the ratio of one round.
    pub fn push(&mut self, ratio: f64) {
        self.0.push(ratio);
        self.0.sort_by(f64::total_cmp);
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

impl std::fmt::Display for Ratios {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.0.first(), self.0.last()) {
            (Some(least), Some(most)) if self.0.len() > 1 => {
                write!(f, "**{:.2}** [{least:.2}–{most:.2}]", self.median())
            }
            _ => write!(f, "**{:.2}**", self.median()),
        }
    }
}

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// Shown for what it tells.
    None,
}

impl Target {
    fn describe(self, measured: f64) -> (String, &'static str) {
        let met = |is_met: bool| if is_met { "yes" } else { "**no**" };
        match self {
            Self::AtMost(most) => (format!("≤ {most}"), met(measured <= most)),
            Self::AtLeast(least) => (format!("≥ {least}"), met(measured >= least)),
            Self::None => (String::new(), ""),
        }
    }
}

/// A section on its way to the page.
#[derive(Debug, Default)]
pub struct Section {
    text: String,
}

impl Section {
    /// Begins with the machine and the command.
    pub fn new(command: &str) -> Self {
        let mut text = String::new();
        let day = SystemClock.now().to_string();
        let day = day.split('T').next().unwrap_or_default();
        let _infallible = write!(text, "Measured {day} with `{command}` on {}.\n\n", machine());
        Self { text }
    }

    /// A paragraph.
    pub fn say(&mut self, words: &str) {
        self.text.push_str(words);
        self.text.push_str("\n\n");
    }

    /// The head of a table of figures.
    pub fn table(&mut self) {
        self.text.push_str("| figure | measured | target | met | scale |\n| --- | --- | --- | --- | --- |\n");
    }

    /// A row: what, the ratio, its target, and absolute numbers for scale.
    pub fn row(&mut self, what: &str, ratios: &Ratios, target: Target, scale: &str) {
        let (wanted, met) = target.describe(ratios.median());
        let _infallible = writeln!(self.text, "| {what} | {ratios} | {wanted} | {met} | {scale} |");
    }

    /// A row whose figure is one number with a unit.
    pub fn figure(&mut self, what: &str, measured: f64, unit: &str, target: Target, scale: &str) {
        let (wanted, met) = target.describe(measured);
        let _infallible =
            writeln!(self.text, "| {what} | **{measured:.1}** {unit} | {wanted} | {met} | {scale} |");
    }

    /// Ends a table.
    pub fn end_table(&mut self) {
        self.text.push('\n');
    }

    /// Prints the section, and puts it into the page unless the run was a quick one.
    ///
    /// # Errors
    /// The page cannot be written, or has no place for the section.
    pub fn publish(self, name: &str, is_quick: bool) -> Result<()> {
        tell(&self.text);
        if is_quick {
            return Ok(());
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/benchmarks.md");
        let page = std::fs::read_to_string(&path).context("docs/benchmarks.md cannot be read")?;
        let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
        let no_place = || format!("docs/benchmarks.md has no section {name}");
        let (before, rest) = page.split_once(&begin).with_context(no_place)?;
        let (_, after) = rest.split_once(&end).with_context(no_place)?;
        let section = self.text.trim_end();
        std::fs::write(&path, format!("{before}{begin}\n{section}\n\n{end}{after}"))?;
        Ok(())
    }
}

/// What the numbers were measured on.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str, mark: char| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(mark).map(|(_, value)| value.trim().trim_matches('"').to_owned()).unwrap_or_default()
    };
    // Of the machine: this process may be pinned to fewer.
    let cores = read("/proc/cpuinfo").lines().filter(|line| line.starts_with("processor")).count();
    let memory: u64 =
        field(&read("/proc/meminfo"), "MemTotal", ':').trim_end_matches(" kB").parse().unwrap_or(0);
    let compiler = std::process::Command::new("rustc").arg("--version").output();
    let compiler =
        compiler.map(|done| String::from_utf8_lossy(&done.stdout).trim().to_owned()).unwrap_or_default();
    let load = read("/proc/loadavg");
    format!(
        "{cores} cores of {}, {} GiB, {}, Linux {}, {compiler}; load average at the start {}",
        field(&read("/proc/cpuinfo"), "model name", ':'),
        memory / (1 << 20),
        field(&read("/etc/os-release"), "PRETTY_NAME", '='),
        read("/proc/sys/kernel/osrelease").trim(),
        load.split(' ').next().unwrap_or_default(),
    )
}

/// Prints for whoever watches.
#[expect(clippy::print_stdout, reason = "a harness prints what it measures")]
pub fn tell(words: &str) {
    println!("{words}");
}
