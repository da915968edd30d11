//! The call with curl in bash, signed with V3 by openssl: what a signature is, step by step.

use ramward_rpc::percent::encode;

use super::arguments::Sent;
use super::literal::shell;
use super::{Call, Flavour};

/// Percent-encodes a value of the environment, byte by byte.
const ENCODE: &str = r#"
encode() {
  local LC_ALL=C text=$1 i
  for ((i = 0; i < ${#text}; i++)); do
    case ${text:i:1} in
      [A-Za-z0-9_.~-]) printf '%s' "${text:i:1}" ;;
      *) printf '%%%02X' "$(($(printf '%d' "'${text:i:1}") & 255))" ;;
    esac
  done
}
"#;

const SIGNED: &str = r#"date=$(date -u +%Y-%m-%dT%H:%M:%SZ)
nonce=$(openssl rand -hex 16)
hash=$(printf '' | openssl dgst -sha256 -r | cut -d' ' -f1)
signed='host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version'
request="POST
/
$query
host:$host
x-acs-action:$action
x-acs-content-sha256:$hash
x-acs-date:$date
x-acs-signature-nonce:$nonce
x-acs-version:$version

$signed
$hash"
to_sign="ACS3-HMAC-SHA256
$(printf '%s' "$request" | openssl dgst -sha256 -r | cut -d' ' -f1)"
signature=$(printf '%s' "$to_sign" |
  openssl dgst -sha256 -r -hmac "$ALIBABA_CLOUD_ACCESS_KEY_SECRET" | cut -d' ' -f1)
curl -sS -X POST "$base/?$query" \
  -H "x-acs-action: $action" \
  -H "x-acs-content-sha256: $hash" \
  -H "x-acs-date: $date" \
  -H "x-acs-signature-nonce: $nonce" \
  -H "x-acs-version: $version" \
  -H "authorization: ACS3-HMAC-SHA256 Credential=$ALIBABA_CLOUD_ACCESS_KEY_ID,SignedHeaders=$signed,Signature=$signature"
"#;

const UNSIGNED: &str = r#"curl -sS -X POST "$base/?Action=$action&Version=$version&$query"
"#;

/// The script.
pub fn write(call: &Call, _flavour: Flavour) -> String {
    let mut pairs: Vec<(String, Sent)> = call.sent();
    pairs.sort_by(|one, other| one.0.cmp(&other.0));
    let mut query = Vec::new();
    for (name, sent) in pairs {
        let name = encode(name.as_bytes());
        query.push(match sent {
            Sent::Text(text) => format!("{name}={}", encode(text.as_bytes())),
            Sent::Variable(variable) => format!("{name}=$(encode \"${variable}\")"),
        });
    }
    // Nothing in an encoded pair means anything to a shell within double quotes, but for what stands for a variable.
    let query = query.join("&");
    let encode = if call.variables().is_empty() { "" } else { ENCODE };
    format!(
        "#!/usr/bin/env bash\n# needs {}\nset -euo pipefail\n{encode}\nbase={}\nhost={}\naction={}\nversion={}\nquery=\"{query}\"\n{}",
        call.needs(),
        shell(&call.base()),
        shell(&call.authority),
        shell(&call.action),
        shell(&call.version),
        if call.is_unsigned { UNSIGNED } else { SIGNED },
    )
}
