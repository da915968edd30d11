//! A real server of its own for a test, and `ramward` commands that call it with its keys.

use crate::command::{Ramward, ramward_without_credentials};
use crate::door;

pub struct Server {
    server: door::Server,
    _place: door::Place,
}

impl Server {
    /// Starts one with flags of its own and waits until it answers.
    pub fn start(flags: &[&str]) -> Self {
        let place = door::Place::new();
        Self { server: place.start(flags), _place: place }
    }

    /// A member of what it said when it was ready.
    pub fn said(&self, member: &str) -> &str {
        self.server.said(member).unwrap_or_else(|| panic!("no {member} in the greeting"))
    }

    /// A command that calls it as the root identity of its account.
    pub fn as_root(&self, arguments: &[&str]) -> Ramward {
        self.with_key(arguments, self.said("AccessKeyId"), self.said("AccessKeySecret"))
    }

    /// A command that calls it as its operator.
    pub fn as_operator(&self, arguments: &[&str]) -> Ramward {
        self.with_key(arguments, self.said("OperatorAccessKeyId"), self.said("OperatorAccessKeySecret"))
    }

    /// A command that calls it with an AccessKey.
    pub fn with_key(&self, arguments: &[&str], id: &str, secret: &str) -> Ramward {
        ramward_without_credentials(arguments)
            .endpoint(self.said("Endpoint"))
            .variable("ALIBABA_CLOUD_ACCESS_KEY_ID", id)
            .variable("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret)
    }
}
