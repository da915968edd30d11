//! The call with the vendor's command line. Option names from its help page, "Alibaba Cloud CLI command-line options":
//! `--endpoint` for another server, `--version` together with `--force` for what it has no description of, `--insecure`
//! for HTTP.

use ramward_rpc::api::Product;

use super::arguments::Sent;
use super::literal::shell;
use super::{Call, Flavour, names};

/// The command line.
pub fn write(call: &Call, _flavour: Flavour) -> String {
    let mut words = vec![format!("aliyun {} {}", names::small(call.product), shell(&call.action))];
    for (name, sent) in call.sent() {
        let value = match sent {
            Sent::Text(text) => shell(&text),
            Sent::Variable(variable) => format!("\"${variable}\""),
        };
        words.push(format!("--{} {value}", shell(&name)));
    }
    if call.product == Product::Ramward {
        words.push(format!("--version {} --force", shell(&call.version)));
    }
    words.push(format!("--endpoint {}", shell(&call.authority)));
    if !call.is_secure {
        words.push("--insecure".to_owned());
    }
    format!("# needs {}\n{}\n", call.needs(), words.join(" \\\n  "))
}
