//! What the difference between two signed texts is, in words.

use ramward_rpc::percent::decode;
use ramward_rpc::sign::Scheme;

use super::super::Both;

fn both(en: impl Into<String>, zh: impl Into<String>) -> Both {
    Both { en: en.into(), zh: zh.into() }
}

pub(super) fn equal(hidden: &[String]) -> Both {
    if hidden.is_empty() {
        return both(
            "Both texts are equal, so the signature was made with another secret, or encoded otherwise: RPC 1.0 takes the secret followed by & and Base64, V3 the bare secret and small hexadecimal digits.",
            "两段文本完全一致，因此签名使用了不同的 Secret，或编码方式不同：RPC 1.0 使用 Secret 加 & 并以 Base64 编码，V3 使用 Secret 本身并以小写十六进制编码。",
        );
    }
    let names = hidden.join(", ");
    both(
        format!(
            "Both texts are equal but for what is hidden: {names}. Check how those values are encoded, then the secret."
        ),
        format!("除隐藏内容（{names}）外，两段文本一致。请先检查这些取值的编码，再检查 Secret。"),
    )
}

pub(super) fn other_scheme(expected: Scheme) -> Both {
    let name = match expected {
        Scheme::RpcV1 => "RPC 1.0 (HMAC-SHA1)",
        Scheme::V3 => "V3 (ACS3-HMAC-SHA256)",
    };
    both(
        format!("The request came with a signature of {name}; this text belongs to the other generation."),
        format!("该请求使用的是 {name} 签名；这段文本属于另一代签名方式。"),
    )
}

pub(super) fn method(expected: &str, own: &str) -> Both {
    both(
        format!("The HTTP method differs: {expected} arrived, {own} was signed."),
        format!("HTTP 方法不同：服务器收到 {expected}，签名使用了 {own}。"),
    )
}

pub(super) fn hash_differs() -> Both {
    both(
        "The hashes of the canonical requests differ, which says no more. Paste the canonical request itself, which was hashed.",
        "规范请求的哈希不同，无法看出更多信息。请粘贴被计算哈希的规范请求（canonical request）本身。",
    )
}

pub(super) fn hash_untold(hidden: &[String]) -> Both {
    let names = hidden.join(", ");
    both(
        format!(
            "The server's hash is not kept, since it covers {names}. Paste the canonical request itself, which was hashed."
        ),
        format!(
            "服务器未保留哈希，因为其中包含 {names}。请粘贴被计算哈希的规范请求（canonical request）本身。"
        ),
    )
}

fn another_request() -> Both {
    both(
        "This text is of another request: each attempt has its own nonce and time. Paste the one that was signed for this RequestId.",
        "这段文本属于另一个请求：每次尝试都有各自的随机数和时间。请粘贴该 RequestId 对应请求的签名文本。",
    )
}

type Pair<'a> = (&'a str, &'a str);

fn pairs(query: &str) -> Vec<Pair<'_>> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect()
}

fn value<'a>(pairs: &[Pair<'a>], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

/// What differs between two canonicalized query strings.
pub(super) fn of_query(expected: &str, own: &str) -> Both {
    let (expected, own) = (pairs(expected), pairs(own));
    for name in ["SignatureNonce", "Timestamp"] {
        if let (Some(one), Some(other)) = (value(&expected, name), value(&own, name))
            && decode(one.as_bytes()) != decode(other.as_bytes())
        {
            return another_request();
        }
    }
    let (mut one, mut other) = (expected.clone(), own.clone());
    one.sort_unstable();
    other.sort_unstable();
    if one == other {
        return both(
            "The parameters stand in another order: sort them by name, byte by byte, capital letters first.",
            "参数的顺序（order）不同：请按名称逐字节排序，大写字母在前。",
        );
    }
    if let Some((name, _)) = expected.iter().find(|(name, _)| value(&own, name).is_none()) {
        return both(
            format!(
                "The parameter {name} arrived and was not signed. Sign all parameters of query and form, but not Signature itself."
            ),
            format!(
                "参数 {name} 已发送但未参与签名。请对查询串和表单中的所有参数签名（Signature 本身除外）。"
            ),
        );
    }
    if let Some((name, _)) = own.iter().find(|(name, _)| value(&expected, name).is_none()) {
        return both(
            format!(
                "The parameter {name} was signed and did not arrive as such. Send exactly what is signed."
            ),
            format!("参数 {name} 参与了签名但服务器没有收到。请只对实际发送的参数签名。"),
        );
    }
    let differing = expected.iter().find_map(|&(name, sent)| {
        let signed = value(&own, name)?;
        (signed != sent).then_some((name, sent, signed))
    });
    match differing {
        Some((name, sent, signed)) => of_value(name, sent, signed),
        None => both(
            "A parameter is there several times. Send and sign each once.",
            "有参数重复出现。每个参数只发送并签名一次。",
        ),
    }
}

fn of_value(name: &str, sent: &str, signed: &str) -> Both {
    let spaced = signed.replace('+', "%20");
    let is_same = decode(sent.as_bytes()).ok() == decode(spaced.as_bytes()).ok();
    if !is_same {
        return both(
            format!(
                "The value of {name} that was signed is not the one that arrived; it may be encoded twice or changed after signing."
            ),
            format!("{name} 参与签名的取值与服务器收到的不同；可能重复编码，或签名后又被修改。"),
        );
    }
    let (en, zh) = if signed.contains('+') {
        ("write a space as %20 and not as +", "空格请写成 %20，而不是 +")
    } else if signed.contains('*') {
        ("write * as %2A", "* 请写成 %2A")
    } else if signed.to_ascii_uppercase().contains("%7E") {
        ("leave ~ as it is", "~ 请保持原样")
    } else if signed.eq_ignore_ascii_case(sent) {
        ("write hexadecimal digits as capital letters", "十六进制请使用大写字母")
    } else {
        ("encode all but letters, digits and - _ . ~", "除字母、数字和 - _ . ~ 外均需编码")
    };
    both(
        format!("The value of {name} is encoded otherwise: {en}."),
        format!("{name} 的取值编码方式不同：{zh}。"),
    )
}

/// What differs between two canonical requests of V3.
pub(super) fn of_canonical(expected: &str, own: &str) -> Both {
    let (one, other): (Vec<&str>, Vec<&str>) = (expected.split('\n').collect(), own.split('\n').collect());
    let header = |lines: &[&str], name: &str| {
        let prefix = format!("{name}:");
        lines.iter().find_map(|line| line.strip_prefix(prefix.as_str())).map(str::to_owned)
    };
    for name in ["x-acs-signature-nonce", "x-acs-date"] {
        if let (Some(one), Some(other)) = (header(&one, name), header(&other, name))
            && one != other
        {
            return another_request();
        }
    }
    let line = |lines: &[&str], at: usize| lines.get(at).copied().unwrap_or_default().to_owned();
    let at = (0..one.len().max(other.len())).find(|at| one.get(*at) != other.get(*at)).unwrap_or_default();
    let blank = one.iter().skip(3).position(|line| line.is_empty()).map_or(one.len(), |after| after + 3);
    match at {
        0 => method(&line(&one, 0), &line(&other, 0)),
        1 => both("The path differs: operations are called at /.", "路径（path）不同：操作的路径为 /。"),
        2 => of_query(&line(&one, 2), &line(&other, 2)),
        _ if at < blank => {
            let name = line(&one, at).split(':').next().unwrap_or_default().to_owned();
            both(
                format!(
                    "The header {name} differs, or is missing in the signed text: sign what is sent, names in small letters, values without spaces around them, in ascending order."
                ),
                format!(
                    "请求头 {name} 不同，或签名文本中缺少它：请对实际发送的内容签名，名称小写、取值去掉首尾空格，并按升序排列。"
                ),
            )
        }
        _ if at == blank => both(
            "An empty line belongs between the headers and SignedHeaders; or a header was signed that did not arrive.",
            "请求头与 SignedHeaders 之间应有一个空行；或对没有发送的请求头签了名。",
        ),
        _ if at == blank + 1 => both(
            "The list SignedHeaders differs from the headers that were signed.",
            "SignedHeaders 列表与实际签名的请求头不同。",
        ),
        _ => both(
            "The hash of the body differs: compute SHA-256 over the very bytes that are sent, also where there are none.",
            "请求体（body）的哈希不同：请对实际发送的字节计算 SHA-256，请求体为空时也要计算。",
        ),
    }
}
