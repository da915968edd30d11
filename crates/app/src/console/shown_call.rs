//! A call as pages show it before it is made: the operation, its parameters, and the line that makes the same call from a
//! terminal. What a form still asks for stands there as a word in capitals, a secret always does. Makes no call.

use ramward_rpc::api::Product;
use ramward_rpc::request::quoted;

use crate::catalogue;

/// A call as pages show it.
#[derive(Debug, Clone)]
pub struct ShownCall {
    /// Whose operation.
    pub product: Product,
    /// Its name.
    pub action: &'static str,
    /// Its parameters, in the order in which they are sent.
    pub params: Vec<ShownParam>,
}

/// A parameter of it.
#[derive(Debug, Clone, Default)]
pub struct ShownParam {
    /// The name, as sent.
    pub name: String,
    /// The value; a word in capitals where it is not known or not to be shown.
    pub value: String,
    /// The field of the form from which a script takes the value anew; empty where it is fixed or secret.
    pub field: String,
    /// What is put behind the field's text.
    pub suffix: String,
    /// Whether it is left out while its field is empty.
    pub optional: bool,
    /// Whether it is left out now.
    pub is_left_out: bool,
}

impl ShownCall {
    /// A call of which everything is known.
    pub fn new(product: Product, action: &'static str, params: &[(&str, &str)]) -> Self {
        let param = |(name, value): &(&str, &str)| ShownParam {
            name: (*name).to_owned(),
            value: (*value).to_owned(),
            ..ShownParam::default()
        };
        Self { product, action, params: params.iter().map(param).collect() }
    }

    /// The line for a terminal.
    pub fn line(&self) -> String {
        let mut line = format!("ramward call {}", self.action);
        for param in self.params.iter().filter(|param| !param.is_left_out) {
            line.push(' ');
            line.push_str(&word(&format!("{}={}", param.name, param.value)));
        }
        line.push_str(&self.version());
        line
    }

    /// What the line ends with where the name alone does not tell whose operation is meant; a script ends it likewise.
    pub fn version(&self) -> String {
        if catalogue::product_of(self.action) == Some(self.product) {
            return String::new();
        }
        format!(" --version {}", self.product.version())
    }

    /// Where the API explorer has the operation.
    pub fn reference(&self) -> String {
        format!("/console/explorer/{}/{}", self.product.name().to_lowercase(), self.action)
    }
}

/// What stands for a value that is not known or not to be shown: `NEW_DISPLAY_NAME` for `NewDisplayName`.
pub fn stand_in(name: &str) -> String {
    let mut text = String::new();
    let mut before = ' ';
    for character in name.chars() {
        if character.is_ascii_uppercase() && before.is_ascii_lowercase() {
            text.push('_');
        }
        before = character;
        text.push(if character == '.' { '_' } else { character.to_ascii_uppercase() });
    }
    text
}

/// A word for a POSIX shell, quoted only where it must be.
fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@=,+".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) { text.to_owned() } else { quoted(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_that_a_shell_reads_as_it_was_meant() {
        let call = ShownCall::new(
            Product::Ims,
            "CreateUser",
            &[("UserPrincipalName", "alice@acme.onaliyun.com"), ("DisplayName", "Alice's $(id)")],
        );
        assert_eq!(
            call.line(),
            r"ramward call CreateUser UserPrincipalName=alice@acme.onaliyun.com 'DisplayName=Alice'\''s $(id)'"
        );
    }

    #[test]
    fn a_name_that_two_products_have_comes_with_its_version() {
        let of = |product| ShownCall::new(product, "GetGroup", &[("GroupName", "a")]).line();
        assert_eq!(of(Product::Ims), "ramward call GetGroup GroupName=a");
        assert_eq!(of(Product::Ram), "ramward call GetGroup GroupName=a --version 2015-05-01");
        let own = ShownCall::new(Product::Ram, "AttachPolicyToUser", &[]);
        assert_eq!(own.line(), "ramward call AttachPolicyToUser");
        assert_eq!(own.reference(), "/console/explorer/ram/AttachPolicyToUser");
    }

    #[test]
    fn what_is_not_known_stands_in_capitals() {
        for (name, expected) in [
            ("Password", "PASSWORD"),
            ("NewDisplayName", "NEW_DISPLAY_NAME"),
            ("AuthenticationCode1", "AUTHENTICATION_CODE1"),
            ("Tag.1.Key", "TAG_1_KEY"),
        ] {
            assert_eq!(stand_in(name), expected);
        }
    }
}
