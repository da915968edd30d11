//! A provider's response with its assertion (SAML 2.0 core and the browser profile), signed in whole or in its assertion:
//! what of it is proven. Whether the time, the recipient and the audience fit, its reader checks.

use crate::time::Timestamp;

use roxmltree::Node;

use super::metadata::Metadata;
use super::{ASSERTION, BadSaml, PROTOCOL, children, is, only, read, signature, text};

/// The longest response, in bytes (the vendor's page of AssumeRoleWithSAML: 100000 characters of base64).
pub const MAX_BYTES: usize = 75_000;

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";
const OLDER_FORMAT: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:";
/// The attribute that names roles with their provider (the vendor's page on assertions for role-based SSO).
const ROLE: &str = "https://www.aliyun.com/SAML-Role/Attributes/Role";
/// The attribute that names the session.
const SESSION_NAME: &str = "https://www.aliyun.com/SAML-Role/Attributes/RoleSessionName";

/// What a response proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The id of the assertion; no provider gives one twice.
    pub assertion_id: String,
    /// Of whom it speaks.
    pub subject: String,
    /// What kind of name that is: `persistent`, `transient` …
    pub subject_type: String,
    /// For which address it was made.
    pub recipient: String,
    /// For whom it is.
    pub audiences: Vec<String>,
    /// Before when it is not good yet.
    pub not_before: Option<Timestamp>,
    /// From when on it is no longer good: the earliest of its ends.
    pub ends: Timestamp,
    /// Roles, each with its provider: `<role>,<provider>`.
    pub roles: Vec<String>,
    /// What the session is called.
    pub session_name: String,
}

/// Reads a response and checks that the provider of `metadata` signed what it says.
///
/// # Errors
/// What does not hold.
pub fn verify(document: &str, metadata: &Metadata) -> Result<Proven, BadSaml> {
    if document.len() > MAX_BYTES {
        return Err(BadSaml::new(format!("it has more than {MAX_BYTES} bytes")));
    }
    let xml = read(document)?;
    let response = xml.root_element();
    if !is(&response, PROTOCOL, "Response") {
        return Err(BadSaml::new(
            "it is no Response of SAML 2.0; bring the whole response, not its assertion alone",
        ));
    }
    let status = only(only(response, PROTOCOL, "Status")?, PROTOCOL, "StatusCode")?;
    if status.attribute("Value") != Some(SUCCESS) {
        return Err(BadSaml::new("it does not tell of a success"));
    }
    if children(response, ASSERTION, "EncryptedAssertion").next().is_some() {
        return Err(BadSaml::new("its assertion is encrypted; let the provider send it in the clear"));
    }
    let assertion = only(response, ASSERTION, "Assertion")?;
    // Every signature there is must hold, and one must cover the assertion.
    let signed = [response, assertion].map(signature::is_signed);
    for (element, signed) in [response, assertion].into_iter().zip(signed) {
        if signed {
            signature::verify(element, &metadata.keys)?;
        }
    }
    if signed == [false, false] {
        return Err(BadSaml::new("neither it nor its assertion is signed"));
    }
    if text(only(assertion, ASSERTION, "Issuer")?) != metadata.entity_id {
        return Err(BadSaml::new("its issuer is not the provider of the metadata"));
    }
    Proven::read(assertion)
}

impl Proven {
    fn read(assertion: Node<'_, '_>) -> Result<Self, BadSaml> {
        let subject = only(assertion, ASSERTION, "Subject")?;
        let name = only(subject, ASSERTION, "NameID")?;
        let confirmation = only(subject, ASSERTION, "SubjectConfirmation")?;
        if confirmation.attribute("Method") != Some(BEARER) {
            return Err(BadSaml::new("its subject is not confirmed by bearing it"));
        }
        let data = only(confirmation, ASSERTION, "SubjectConfirmationData")?;
        let conditions = only(assertion, ASSERTION, "Conditions")?;
        let restriction = only(conditions, ASSERTION, "AudienceRestriction")?;
        let confirmed_until = instant(data, "NotOnOrAfter")?
            .ok_or_else(|| BadSaml::new("its SubjectConfirmationData has no NotOnOrAfter"))?;
        let ends =
            instant(conditions, "NotOnOrAfter")?.map_or(confirmed_until, |end| end.min(confirmed_until));
        let not_before = instant(conditions, "NotBefore")?.max(instant(data, "NotBefore")?);
        let format = name.attribute("Format").unwrap_or_default();
        let format = [FORMAT, OLDER_FORMAT].iter().find_map(|one| format.strip_prefix(one)).unwrap_or(format);
        let mut session_names = values(assertion, SESSION_NAME);
        let session_name = session_names.pop().filter(|_| session_names.is_empty());
        Ok(Self {
            assertion_id: attribute(assertion, "ID")?,
            subject: text(name),
            subject_type: format.to_owned(),
            recipient: attribute(data, "Recipient")?,
            audiences: children(restriction, ASSERTION, "Audience").map(text).collect(),
            not_before,
            ends,
            roles: values(assertion, ROLE),
            session_name: session_name
                .ok_or_else(|| BadSaml::new(format!("it has not exactly one attribute {SESSION_NAME}")))?,
        })
    }
}

fn attribute(node: Node<'_, '_>, name: &str) -> Result<String, BadSaml> {
    let found = node.attribute(name).filter(|value| !value.is_empty());
    found
        .map(str::to_owned)
        .ok_or_else(|| BadSaml::new(format!("its {} has no {name}", node.tag_name().name())))
}

/// An instant as SAML writes it: in UTC, with or without a fraction, which is cut off.
fn instant(node: Node<'_, '_>, name: &str) -> Result<Option<Timestamp>, BadSaml> {
    let Some(value) = node.attribute(name) else { return Ok(None) };
    let whole = match value.strip_suffix('Z').and_then(|value| value.split_once('.')) {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte.is_ascii_digit()) => format!("{whole}Z"),
        _ => value.to_owned(),
    };
    Timestamp::parse(&whole).map(Some).map_err(|_| BadSaml::new(format!("its {name} is no time in UTC")))
}

/// The values of an attribute of the assertion.
fn values(assertion: Node<'_, '_>, name: &str) -> Vec<String> {
    let statements = children(assertion, ASSERTION, "AttributeStatement");
    let attributes = statements.flat_map(|statement| children(statement, ASSERTION, "Attribute"));
    let asked = attributes.filter(|attribute| attribute.attribute("Name") == Some(name));
    asked.flat_map(|attribute| children(attribute, ASSERTION, "AttributeValue")).map(text).collect()
}
