//! The call with this program's own command line.

use super::arguments::Sent;
use super::literal::shell;
use super::{Call, Flavour};

/// The command line.
pub fn write(call: &Call, _flavour: Flavour) -> String {
    let mut words = vec![format!("ramward call {}", shell(&call.action))];
    for (name, sent) in call.sent() {
        words.push(match sent {
            Sent::Text(text) => shell(&format!("{name}={text}")),
            Sent::Variable(variable) => format!("\"{name}=${variable}\""),
        });
    }
    // Without it, a name that several products have goes to the first.
    if crate::catalogue::product_of(&call.action) != Some(call.product) {
        words.push(format!("--version {}", shell(&call.version)));
    }
    words.push(format!("--endpoint {}", shell(&call.base())));
    format!("# needs {}\n{}\n", call.needs(), words.join(" \\\n  "))
}
