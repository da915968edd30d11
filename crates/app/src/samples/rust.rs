//! The call in Rust, signed with V3 by the program itself: the vendor has no SDK for the language.

use super::arguments::Sent;
use super::literal::{Numbered, quoted};
use super::{Call, Flavour};

const SIGN: &str = r#"
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut query = query()?;
    query.sort();
    let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let query = pairs.join("&");

    let now = time::OffsetDateTime::now_utc();
    let nonce = format!("{}-{}", now.unix_timestamp_nanos(), std::process::id());
    let date = now.replace_nanosecond(0)?.format(&time::format_description::well_known::Rfc3339)?;
    let hash = hex(&Sha256::digest(b""));
    let headers = [
        ("host", HOST),
        ("x-acs-action", ACTION),
        ("x-acs-content-sha256", &hash),
        ("x-acs-date", &date),
        ("x-acs-signature-nonce", &nonce),
        ("x-acs-version", VERSION),
    ];
    let signed: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let signed = signed.join(";");
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let canonical = format!("POST\n/\n{query}\n{lines}\n{signed}\n{hash}");
    let to_sign = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical)));
    let secret = std::env::var("ALIBABA_CLOUD_ACCESS_KEY_SECRET")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())?;
    mac.update(to_sign.as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    let key = std::env::var("ALIBABA_CLOUD_ACCESS_KEY_ID")?;

    let mut request = ureq::post(format!("{BASE}/?{query}"))
        .config()
        .http_status_as_error(false)
        .build()
        .header("authorization", format!("ACS3-HMAC-SHA256 Credential={key},SignedHeaders={signed},Signature={signature}"));
    for (name, value) in headers.into_iter().skip(1) {
        request = request.header(name, value);
    }
    println!("{}", request.send_empty()?.body_mut().read_to_string()?);
    Ok(())
}
"#;

const UNSIGNED: &str = r#"
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pairs: Vec<String> = query()?.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let url = format!("{BASE}/?Action={ACTION}&Version={VERSION}&{}", pairs.join("&"));
    let request = ureq::post(url).config().http_status_as_error(false).build();
    println!("{}", request.send_empty()?.body_mut().read_to_string()?);
    Ok(())
}
"#;

const ENCODE: &str = r#"
/// Leaves letters, digits and - . _ ~ as they are.
fn encode(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
"#;

fn text(text: &str) -> String {
    quoted(text, Numbered::Braces)
}

/// The program.
pub fn write(call: &Call, _flavour: Flavour) -> String {
    let line = |(name, sent): (String, Sent)| {
        let value = match sent {
            Sent::Text(given) => format!("{}.to_owned()", text(&given)),
            Sent::Variable(variable) => format!("std::env::var({})?", text(&variable)),
        };
        format!("        ({}, {value}),\n", text(&name))
    };
    let query: String = call.sent().into_iter().map(line).collect();
    let query = if query.is_empty() { "vec![]".to_owned() } else { format!("vec![\n{query}    ]") };
    let (crates, uses, main) = if call.is_unsigned {
        ("ureq@3", "", UNSIGNED)
    } else {
        (
            "hmac@0.13 sha2@0.11 time@0.3 --features time/formatting ureq@3",
            "use hmac::{Hmac, KeyInit, Mac};\nuse sha2::{Digest, Sha256};\n\n",
            SIGN,
        )
    };
    let host = if call.is_unsigned {
        String::new()
    } else {
        format!("const HOST: &str = {};\n", text(&call.authority))
    };
    format!(
        "// cargo add {crates}\n// needs {}\n{uses}const BASE: &str = {};\n{host}const ACTION: &str = {};\nconst VERSION: &str = {};\n\n\
         fn query() -> Result<Vec<(&'static str, String)>, std::env::VarError> {{\n    Ok({query})\n}}\n{ENCODE}{main}",
        call.needs(),
        text(&call.base()),
        text(&call.action),
        text(&call.version),
    )
}
