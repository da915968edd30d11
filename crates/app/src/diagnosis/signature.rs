//! How a text that was signed differs from the one that should have been: the first differing character, and in words what
//! that is. Compares texts alone; nobody needs a secret for it.

mod verdict;

use ramward_domain::endpoint::signed_text::hide;
use ramward_rpc::percent::{decode, encode};
use ramward_rpc::sign::Scheme;
use serde_json::Value;

use super::Both;

/// What a server says should have been signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// How the request was signed.
    pub scheme: Scheme,
    /// The HTTP method of the request.
    pub method: String,
    /// V3's canonical request; for RPC 1.0 the canonicalized query string. Without secret values.
    pub canonical: String,
    /// The string to sign; none where it would tell secret values.
    pub string_to_sign: Option<String>,
    /// Whose values are hidden.
    pub hidden: Vec<String>,
}

/// A text with one character marked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// What stands before it.
    pub before: String,
    /// The character; empty where the text ends there.
    pub mark: String,
    /// What stands behind it.
    pub after: String,
}

/// Two texts held against each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// What should have been signed.
    pub expected: Marked,
    /// What was signed, with the same values hidden.
    pub own: Marked,
    /// Line and column of the first difference, from 1; none where there is none.
    pub place: Option<(usize, usize)>,
    /// What that is, and what to do.
    pub verdict: Both,
}

const V1_MARK: &str = "server string to sign is:";
const V3_MARKS: [&str; 2] = ["server StringToSign is [", "] server CanonicalRequest is ["];

impl Expected {
    /// What the message of a `SignatureDoesNotMatch` says, of this server or of the vendor's.
    pub fn of_message(message: &str) -> Option<Self> {
        if let Some((_, text)) = message.split_once(V1_MARK) {
            let (method, canonical) = parts_of_v1(text.trim())?;
            return Some(Self::new(Scheme::RpcV1, method, &canonical, None));
        }
        let (_, rest) = message.split_once(V3_MARKS[0])?;
        let (to_sign, canonical) = rest.split_once(V3_MARKS[1])?;
        let (canonical, _) = canonical.rsplit_once(']')?;
        let method = canonical.lines().next().unwrap_or_default();
        Some(Self::new(Scheme::V3, method, canonical, Some(to_sign)))
    }

    /// What an answer of GetRequest says.
    pub fn of_answer(answer: &Value) -> Option<Self> {
        let text = answer.get("SignedText")?;
        let of = |name: &str| text.get(name).and_then(Value::as_str);
        let scheme = [Scheme::RpcV1, Scheme::V3]
            .into_iter()
            .find(|one| Some(one.algorithm()) == of("SignatureMethod"))?;
        let hidden = of("Hidden").unwrap_or_default().split(',').filter(|name| !name.is_empty());
        Some(Self {
            scheme,
            method: of("HttpMethod")?.to_owned(),
            canonical: of("CanonicalRequest")?.to_owned(),
            string_to_sign: of("StringToSign").map(str::to_owned),
            hidden: hidden.map(str::to_owned).collect(),
        })
    }

    fn new(scheme: Scheme, method: &str, canonical: &str, to_sign: Option<&str>) -> Self {
        let (canonical, hidden) = hide(scheme, canonical);
        let string_to_sign = match scheme {
            Scheme::RpcV1 => Some(format!("{method}&%2F&{}", encode(canonical.as_bytes()))),
            Scheme::V3 => to_sign.filter(|_| hidden.is_empty()).map(str::to_owned),
        };
        Self { scheme, method: method.to_owned(), canonical, string_to_sign, hidden }
    }

    /// Holds a text against it that somebody signed: canonical request, canonicalized query string or string to sign.
    pub fn compare(&self, own: &str) -> Compared {
        let own = own.replace("\r\n", "\n");
        let own = own.trim();
        let is_v3 = own.starts_with(Scheme::V3.algorithm()) || own.lines().count() > 3;
        match self.scheme {
            Scheme::RpcV1 if is_v3 => marked(&self.canonical, own, verdict::other_scheme(self.scheme)),
            Scheme::RpcV1 => self.compare_v1(own),
            Scheme::V3 if parts_of_v1(own).is_some() => {
                marked(&self.canonical, own, verdict::other_scheme(self.scheme))
            }
            Scheme::V3 => self.compare_v3(own),
        }
    }

    fn compare_v1(&self, own: &str) -> Compared {
        let (method, canonical) = match parts_of_v1(own) {
            Some((method, canonical)) => (Some(method), canonical),
            None => (None, own.trim_start_matches('?').to_owned()),
        };
        let (canonical, _) = hide(Scheme::RpcV1, &canonical);
        if let Some(method) = method.filter(|method| *method != self.method) {
            let to_sign =
                |method: &str, canonical: &str| format!("{method}&%2F&{}", encode(canonical.as_bytes()));
            let (expected, own) = (to_sign(&self.method, &self.canonical), to_sign(method, &canonical));
            return marked(&expected, &own, verdict::method(&self.method, method));
        }
        let verdict = if canonical == self.canonical {
            verdict::equal(&self.hidden)
        } else {
            verdict::of_query(&self.canonical, &canonical)
        };
        marked(&self.canonical, &canonical, verdict)
    }

    fn compare_v3(&self, own: &str) -> Compared {
        if own.starts_with(Scheme::V3.algorithm()) {
            let Some(expected) = &self.string_to_sign else {
                return marked(&self.canonical, own, verdict::hash_untold(&self.hidden));
            };
            let verdict = if expected == own { verdict::equal(&[]) } else { verdict::hash_differs() };
            return marked(expected, own, verdict);
        }
        let (own, _) = hide(Scheme::V3, own);
        let verdict = if own == self.canonical {
            verdict::equal(&self.hidden)
        } else {
            verdict::of_canonical(&self.canonical, &own)
        };
        marked(&self.canonical, &own, verdict)
    }
}

/// Method and canonicalized query string of RPC 1.0's string to sign.
fn parts_of_v1(text: &str) -> Option<(&str, String)> {
    let (method, rest) = text.split_once('&')?;
    let rest = rest.strip_prefix("%2F&").or_else(|| rest.strip_prefix("%2f&"))?;
    let is_method = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic());
    Some((method, decode(rest.as_bytes()).ok()?.into_owned())).filter(|_| is_method)
}

fn marked(expected: &str, own: &str, verdict: Both) -> Compared {
    let mut equal = 0;
    for (one, other) in expected.chars().zip(own.chars()) {
        if one != other {
            break;
        }
        equal += one.len_utf8();
    }
    let differs = equal < expected.len() || equal < own.len();
    let place = differs.then(|| {
        let before = expected.get(..equal).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    });
    let mark = |text: &str| {
        let (before, rest) = text.split_at_checked(equal).unwrap_or((text, ""));
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let (mark, after) = rest.split_at_checked(first).unwrap_or((rest, ""));
        Marked { before: before.to_owned(), mark: mark.to_owned(), after: after.to_owned() }
    };
    Compared { expected: mark(expected), own: mark(own), place, verdict }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &str =
        "AccessKeyId=testid&Action=CreateUser&DisplayName=a%20b%2Ac&SignatureNonce=n1&Version=2019-08-15";

    fn v1() -> Expected {
        Expected::new(Scheme::RpcV1, "POST", QUERY, None)
    }

    fn v1_says(own: &str) -> String {
        v1().compare(own).verdict.en
    }

    #[test]
    fn rpc_1_by_query_string_and_by_string_to_sign() {
        let equal = v1().compare(QUERY);
        assert_eq!((equal.place, equal.own.before.as_str()), (None, QUERY));
        assert!(equal.verdict.en.contains("secret"), "{}", equal.verdict.en);
        let to_sign = v1().string_to_sign.unwrap();
        assert_eq!(v1().compare(&format!("  {to_sign}\r\n")).place, None);
        assert!(v1_says(&to_sign.replace("POST", "GET")).contains("method"));
        let plus = v1().compare(&QUERY.replace("%20", "+"));
        assert!(
            plus.verdict.en.contains("DisplayName") && plus.verdict.en.contains('+'),
            "{}",
            plus.verdict.en
        );
        assert_eq!((plus.expected.mark.as_str(), plus.own.mark.as_str()), ("%", "+"));
        assert_eq!(plus.place, Some((1, QUERY.find("%20").unwrap() + 1)));
        assert!(v1_says(&QUERY.replace("%2A", "*")).contains('*'));
        assert!(v1_says(&QUERY.replace("%2A", "%2a")).contains("capital"));
        assert!(v1_says(&QUERY.replace("DisplayName=a%20b%2Ac&", "")).contains("DisplayName"));
        assert!(v1_says(&QUERY.replace("Version", "Wersion")).contains("Version"));
        assert!(v1_says(&QUERY.replace("n1", "n2")).contains("another request"));
        let reversed: Vec<&str> = QUERY.split('&').rev().collect();
        assert!(v1_says(&reversed.join("&")).contains("order"));
        assert!(v1_says("POST\n/\n\nhost:a\n\nhost\nhash").contains("RPC 1.0"));
    }

    const CANONICAL: &str = "POST\n/\nMaxItems=5\nhost:ims.aliyuncs.com\nx-acs-action:ListUsers\nx-acs-signature-nonce:n1\n\nhost;x-acs-action;x-acs-signature-nonce\ne3b0";

    fn v3_says(own: &str) -> String {
        let expected = Expected::new(Scheme::V3, "POST", CANONICAL, Some("ACS3-HMAC-SHA256\nabc"));
        expected.compare(own).verdict.en
    }

    #[test]
    fn v3_line_by_line() {
        let expected = Expected::new(Scheme::V3, "POST", CANONICAL, Some("ACS3-HMAC-SHA256\nabc"));
        assert_eq!(expected.compare(&CANONICAL.replace('\n', "\r\n")).place, None);
        let other = expected.compare(&CANONICAL.replace("ims.aliyuncs", "ram.aliyuncs"));
        assert_eq!(other.place, Some((4, 6)));
        assert!(other.verdict.en.contains("host"), "{}", other.verdict.en);
        for (from, to, word) in [
            ("POST", "GET", "method"),
            ("\n/\n", "\n/api\n", "path"),
            ("MaxItems=5", "", "MaxItems"),
            ("n1", "n2", "another request"),
            ("e3b0", "e3b1", "body"),
            ("host;x-acs-action;", "host;", "SignedHeaders"),
            ("x-acs-action:ListUsers\n", "", "x-acs-action"),
        ] {
            let says = v3_says(&CANONICAL.replacen(from, to, 1));
            assert!(says.contains(word), "{from}: {says}");
        }
        assert!(v3_says("ACS3-HMAC-SHA256\nabd").contains("canonical request"));
        assert!(v3_says(&v1().string_to_sign.unwrap()).contains("V3"));
    }

    #[test]
    fn secrets_of_either_text_are_hidden() {
        let expected = Expected::new(Scheme::RpcV1, "POST", "A=b&Password=hunter2", None);
        assert!(!format!("{expected:?}").contains("hunter2"));
        let compared = expected.compare("A=b&Password=hunter%32");
        assert_eq!(compared.place, None);
        assert!(compared.verdict.en.contains("Password"), "{}", compared.verdict.en);
        assert!(!format!("{compared:?}").contains("hunter"));
    }

    #[test]
    fn the_message_of_a_refusal_is_read() {
        let to_sign = v1().string_to_sign.unwrap();
        let message = format!("Specified signature is not matched with our calculation. {V1_MARK}{to_sign}");
        assert_eq!(Expected::of_message(&message), Some(v1()));
        let message = format!("no. {}ACS3-HMAC-SHA256\nabc{}{CANONICAL}]", V3_MARKS[0], V3_MARKS[1]);
        let expected = Expected::of_message(&message).unwrap();
        assert_eq!((expected.canonical.as_str(), expected.method.as_str()), (CANONICAL, "POST"));
        assert_eq!(Expected::of_message(&format!("no. {V1_MARK}(too long to be shown)")), None);
        assert_eq!(Expected::of_message("You are not authorized"), None);
    }
}
