//! The description of an operation as data: everything that documentation, dispatch and authorisation read from one place.

use crate::shape::Field;

/// A product: one API version on one family of host names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Product {
    /// Identity Management Service, 2019-08-15.
    Ims,
    /// Resource Access Management, 2015-05-01.
    Ram,
    /// Security Token Service, 2015-04-01.
    Sts,
    /// Ramward's own operations, 2026-11-01.
    Ramward,
}

impl Product {
    /// All products.
    pub const ALL: [Product; 4] = [Self::Ims, Self::Ram, Self::Sts, Self::Ramward];

    /// The API version, which alone decides whom a request is for.
    pub const fn version(self) -> &'static str {
        match self {
            Self::Ims => "2019-08-15",
            Self::Ram => "2015-05-01",
            Self::Sts => "2015-04-01",
            Self::Ramward => "2026-11-01",
        }
    }

    /// The product of an API version.
    pub fn of_version(version: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.version() == version)
    }

    /// The name as the vendor writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ims => "Ims",
            Self::Ram => "Ram",
            Self::Sts => "Sts",
            Self::Ramward => "Ramward",
        }
    }
}

/// What an operation does to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Changes nothing.
    Read,
    /// Changes rows of one account.
    Write,
}

/// Who may call at all, before any policy is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Identities of an account: its root, its RAM users and sessions of its roles, as policies permit them.
    Account,
    /// The root identity of an account alone, whatever policies permit others.
    Root,
    /// The operator of the server, whose AccessKey belongs to no account.
    Operator,
    /// Identities of an account about their own, and the operator about any, which it names.
    AccountOrOperator,
    /// Everybody with a valid signature.
    Anyone,
    /// Everybody, without an AccessKey: what the request brings proves who it is from. A signature is not looked at.
    Unsigned,
}

/// What a RAM user may do to itself without a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SelfService {
    /// Nothing.
    No,
    /// Its own AccessKeys, where AllowUserToManageAccessKeys is on.
    AccessKeys,
    /// Its own MFA device, where AllowUserToManageMFADevices is on.
    MfaDevice,
    /// Its own password, where AllowUserToChangePassword is on.
    Password,
    /// Always: the answer says only what the caller already knows.
    Always,
}

/// An operation as data.
#[derive(Debug, Clone, Copy)]
pub struct Api {
    /// Whose operation it is.
    pub product: Product,
    /// Its name on the wire.
    pub action: &'static str,
    /// One sentence for documentation.
    pub summary: &'static str,
    /// Reads or writes.
    pub access: Access,
    /// Who may call it at all.
    pub audience: Audience,
    /// What a RAM user may do to itself.
    pub self_service: SelfService,
    /// The action a policy names, e.g. `ram:CreateUser`.
    pub ram_action: &'static str,
    /// The resource a policy names; `{account}` and `{user}` are filled from the request.
    pub resource: &'static str,
    /// Codes beyond those every call can get and those of its parameters' rules.
    pub errors: &'static [&'static str],
}

/// An operation's description with its parameters and its answer.
#[derive(Debug)]
pub struct Description {
    /// The constant facts.
    pub api: Api,
    /// Its parameters.
    pub parameters: Vec<Field>,
    /// The members of its answer beside `RequestId`.
    pub response: Vec<Field>,
}
