//! Code that makes one call, in several languages: text from an operation's description and what was typed for its
//! parameters. Pure: knows no page, no socket and no secret; whoever runs the code brings its credentials in the
//! environment.
//!
//! To add a language: one file with a function from [`Call`] and [`Flavour`] to text, one row in [`LANGUAGES`].

pub mod arguments;
mod csharp;
mod curl;
mod go;
mod java;
mod literal;
mod names;
mod php;
mod program;
mod python;
mod rust;
#[cfg(test)]
mod tests;
mod typescript;
mod vendor_cli;

use ramward_rpc::api::{Audience, Description, Product};

use self::arguments::{Argument, Sent};

/// A call that code shall make.
#[derive(Debug, Clone)]
pub struct Call {
    /// Whose operation.
    pub product: Product,
    /// The API version.
    pub version: String,
    /// The operation.
    pub action: String,
    /// Whether it goes without a signature.
    pub is_unsigned: bool,
    /// What is sent.
    pub arguments: Vec<Argument>,
    /// Whether the server is reached over TLS.
    pub is_secure: bool,
    /// The server's host and port.
    pub authority: String,
}

impl Call {
    /// A call of a described operation with what was typed under the flat names of its parameters.
    pub fn new(description: &Description, typed: &[(&str, &str)], is_secure: bool, authority: &str) -> Self {
        let api = &description.api;
        Self {
            product: api.product,
            version: api.product.version().to_owned(),
            action: api.action.to_owned(),
            is_unsigned: api.audience == Audience::Unsigned,
            arguments: arguments::read(&description.parameters, typed),
            is_secure,
            authority: authority.to_owned(),
        }
    }

    /// The parameters as they travel. RAM has its lists as JSON, the others have them flat.
    pub fn sent(&self) -> Vec<(String, Sent)> {
        arguments::sent(&self.arguments, self.product == Product::Ram)
    }

    /// Scheme, host and port.
    pub fn base(&self) -> String {
        format!("{}://{}", if self.is_secure { "https" } else { "http" }, self.authority)
    }

    /// The scheme as the vendor's SDKs name it.
    fn protocol(&self) -> &'static str {
        if self.is_secure { "HTTPS" } else { "HTTP" }
    }

    /// The variables of the environment that hold what must not stand in the text, beside the AccessKey.
    fn variables(&self) -> Vec<String> {
        let sent = self.sent().into_iter();
        sent.filter_map(|(_, sent)| if let Sent::Variable(name) = sent { Some(name) } else { None }).collect()
    }

    /// A line that says what the code needs from the environment.
    fn needs(&self) -> String {
        let key = ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"];
        let key = key.into_iter().filter(|_| !self.is_unsigned).map(str::to_owned);
        let names: Vec<String> = key.chain(self.variables()).collect();
        if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
    }
}

/// The two ways in which an SDK makes calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flavour {
    /// A product's package, with a method and a model for the operation.
    #[default]
    Typed,
    /// The package that all products share, with names as texts.
    Generic,
}

/// A language, or a program that is called in a shell.
#[derive(Debug)]
pub struct Language {
    /// Its name in addresses and options.
    pub code: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The file in which the code is saved.
    pub file: &'static str,
    /// Whether there are packages for single products.
    pub has_products: bool,
    /// What these packages lack.
    lacks: &'static [&'static str],
    write: fn(&Call, Flavour) -> String,
}

impl Language {
    /// The language of that name.
    pub fn find(code: &str) -> Option<&'static Self> {
        LANGUAGES.iter().find(|language| language.code == code)
    }

    /// Whether the operation can be called typed.
    pub fn is_typed(&self, product: Product, action: &str) -> bool {
        self.has_products && product != Product::Ramward && !self.lacks.contains(&action)
    }

    /// The code. Where there is no typed call, it is the generic one.
    pub fn write(&self, call: &Call, flavour: Flavour) -> String {
        let flavour = if self.is_typed(call.product, &call.action) { flavour } else { Flavour::Generic };
        (self.write)(call, flavour)
    }
}

const fn language(
    code: &'static str,
    name: &'static str,
    file: &'static str,
    has_products: bool,
    write: fn(&Call, Flavour) -> String,
) -> Language {
    Language { code, name, file, has_products, lacks: &[], write }
}

/// All of them.
pub const LANGUAGES: &[Language] = &[
    language("curl", "curl", "call.sh", false, curl::write),
    language("ramward", "ramward call", "ramward.sh", false, program::write),
    language("aliyun", "aliyun (CLI)", "aliyun.sh", false, vendor_cli::write),
    language("python", "Python", "call.py", true, python::write),
    language("java", "Java", "Call.java", true, java::write),
    language("go", "Go", "main.go", true, go::write),
    Language {
        lacks: typescript::LACKS,
        ..language("typescript", "Node.js / TypeScript", "call.ts", true, typescript::write)
    },
    language("php", "PHP", "call.php", true, php::write),
    language("csharp", "C#", "Program.cs", true, csharp::write),
    language("rust", "Rust", "main.rs", false, rust::write),
];
