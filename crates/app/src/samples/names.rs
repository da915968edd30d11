//! Names of the wire as the vendor's SDKs spell them in each language. The rules were read off the published packages
//! `alibabacloud-ims20190815` 3.5.0, `alibabacloud-ram20150501` 1.3.0, `alibabacloud-sts20150401` 1.2.0 and their Node
//! counterparts, whose every name they give; `tests/samples` holds them against those.

use ramward_rpc::api::Product;

/// `UserPrincipalName` as Python has it: `user_principal_name`. A run of capitals stays together with the word after it.
pub fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 8);
    let mut before = None;
    for character in name.chars() {
        let begins = match before {
            Some(last @ ('a'..='z' | '0'..='9')) if character.is_ascii_uppercase() => !matches!(last, '_'),
            Some('a'..='z' | 'A'..='Z') => character.is_ascii_digit(),
            _ => false,
        };
        if begins {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
        before = Some(character);
    }
    out
}

/// `UserPrincipalName` as Java, JavaScript and PHP have it: `userPrincipalName`; `OIDCProviderName` stays as it is.
pub fn camel(name: &str) -> String {
    let mut characters = name.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(second)) if !second.is_ascii_uppercase() => {
            let rest = name.get(first.len_utf8()..).unwrap_or_default();
            format!("{}{rest}", first.to_ascii_lowercase())
        }
        _ => name.to_owned(),
    }
}

/// A method's name in those languages: its first letter is small whatever follows.
pub fn method(name: &str) -> String {
    let first = name.get(..1).unwrap_or_default().to_ascii_lowercase();
    format!("{first}{}", name.get(1..).unwrap_or_default())
}

/// The version without its hyphens, as packages have it in their names.
pub fn digits(version: &str) -> String {
    version.replace('-', "")
}

/// The product's name in small letters.
pub fn small(product: Product) -> String {
    product.name().to_ascii_lowercase()
}

/// Whether the SDKs' method takes a request, though this server knows no parameter of the operation.
pub fn has_request(action: &str, has_parameters: bool) -> bool {
    has_parameters || action == "GetAccessKeyPolicyForAccount"
}

/// Whether the SDKs have the number in 64 bits where others are in 32.
pub fn is_long(name: &str) -> bool {
    ["DurationSeconds", "IssuanceLimitTime", "MaxSessionDuration", "NewMaxSessionDuration"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_sdks_spell_them() {
        for (wire, python, node) in [
            ("UserPrincipalName", "user_principal_name", "userPrincipalName"),
            ("OIDCProviderName", "oidcprovider_name", "OIDCProviderName"),
            ("AddClientIdToOIDCProvider", "add_client_id_to_oidcprovider", "addClientIdToOIDCProvider"),
            ("AuthenticationCode1", "authentication_code_1", "authenticationCode1"),
            ("AllowUserToManageMFADevices", "allow_user_to_manage_mfadevices", "allowUserToManageMFADevices"),
            ("MFABindRequired", "mfabind_required", "MFABindRequired"),
        ] {
            assert_eq!((snake(wire).as_str(), camel(wire).as_str()), (python, node));
        }
    }
}
