//! Meaning, causes and remedies of the codes about signatures, times, keys and tokens. Rows only; what the vendor says of
//! them is told in our own words, and what only this server does is said of "this server".

use super::Row;

/// See `Plain::IncompleteSignature`.
pub(super) static INCOMPLETE_SIGNATURE: Row = Row::new(
    (
        "The request is signed, but what belongs to the signature is not whole or does not hold together.",
        "请求带有签名，但签名相关的内容不完整或互相矛盾。",
    ),
    &[
        [
            (
                "The Authorization header does not have the form of ACS3-HMAC-SHA256: Credential, SignedHeaders, Signature.",
                "Authorization 请求头不符合 ACS3-HMAC-SHA256 的格式：Credential、SignedHeaders、Signature。",
            ),
            (
                "Write it on one line with the three fields separated by commas; the message names the fault.",
                "请将三个字段用逗号分隔写在同一行；错误信息会指出具体问题。",
            ),
        ],
        [
            (
                "A header x-acs-... or host was sent and not signed, or SignedHeaders is not in ascending order.",
                "发送了 x-acs-… 或 host 请求头却没有签名，或 SignedHeaders 未按升序排列。",
            ),
            (
                "Sign host, content-type and every x-acs header, with lower-case names in ascending order.",
                "请对 host、content-type 和所有 x-acs 请求头签名，名称小写并按升序排列。",
            ),
        ],
        [
            (
                "x-acs-content-sha256 is not the hash of the body that arrived: a proxy or the HTTP library changed it.",
                "x-acs-content-sha256 与实际收到的请求体不一致：代理或 HTTP 库修改了请求体。",
            ),
            ("Compute the hash over the very bytes that are sent.", "请对实际发送的字节计算哈希。"),
        ],
    ],
);

/// See `Plain::InvalidSignatureMethod`.
pub(super) static INVALID_SIGNATURE_METHOD: Row = Row::new(
    ("The request is signed in a way that this server does not check.", "请求使用了服务器不支持的签名方式。"),
    &[[
        (
            "SignatureMethod is not HMAC-SHA1, the algorithm in Authorization is not ACS3-HMAC-SHA256, or a bearer token was sent.",
            "SignatureMethod 不是 HMAC-SHA1，Authorization 中的算法不是 ACS3-HMAC-SHA256，或发送了 Bearer Token。",
        ),
        (
            "Sign with an AccessKey, by RPC 1.0 with HMAC-SHA1 or by V3 with ACS3-HMAC-SHA256.",
            "请使用 AccessKey 签名：RPC 1.0（HMAC-SHA1）或 V3（ACS3-HMAC-SHA256）。",
        ),
    ]],
);

/// See `Plain::SignatureDoesNotMatch`.
pub(super) static SIGNATURE_DOES_NOT_MATCH: Row = Row::new(
    (
        "The signature is not the one that this server computes from the request and the secret it has for the AccessKey.",
        "签名与服务器根据该请求和 AccessKey Secret 计算出的结果不一致。",
    ),
    &[
        [
            (
                "The secret is not that of this AccessKey: of another key, cut off, or with a space or line feed at its end.",
                "使用的 Secret 不属于该 AccessKey：属于其他密钥、被截断，或末尾带有空格或换行。",
            ),
            (
                "Set the pair again, both halves from the same place. If the text that you signed equals the server's, it is this.",
                "请重新设置同一对 AccessKey ID 和 Secret。如果您签名的文本与服务器的一致，原因就是 Secret。",
            ),
        ],
        [
            (
                "Values are encoded differently: a space as + instead of %20, a bare *, ~ as %7E, small hexadecimal digits.",
                "取值的编码方式不同：空格写成 + 而不是 %20、未编码的 *、~ 被写成 %7E、十六进制使用了小写字母。",
            ),
            (
                "Encode as RFC 3986 says, in capital letters, and sort by name before joining.",
                "请按 RFC 3986 编码（十六进制使用大写），并先按名称排序再拼接。",
            ),
        ],
        [
            (
                "What was signed is not what was sent: another HTTP method, another host header, a parameter added afterwards.",
                "签名的内容与发送的内容不同：HTTP 方法不同、host 请求头不同，或签名后又添加了参数。",
            ),
            (
                "Compare your text with the server's under the RequestId; the first character that differs is marked there.",
                "请在 RequestId 页面中比较您的文本和服务器的文本，第一个不同的字符会被标出。",
            ),
        ],
    ],
);

/// See `Plain::SignatureNonceUsed`.
pub(super) static SIGNATURE_NONCE_USED: Row = Row::new(
    (
        "A request with this nonce was accepted before, or may have been.",
        "带有该随机数的请求之前已被接受，或可能已被接受。",
    ),
    &[
        [
            (
                "The same signed request was sent again: a retry, a replayed curl line, a proxy.",
                "同一个已签名的请求被再次发送：重试、重放的 curl 命令或代理。",
            ),
            (
                "Sign each attempt anew, with a new nonce and the present time.",
                "每次尝试都请使用新的随机数和当前时间重新签名。",
            ),
        ],
        [
            (
                "The nonce is not random enough: a counter, or a seed that several processes share.",
                "随机数不够随机：使用了计数器，或多个进程共用同一个种子。",
            ),
            ("Use a random UUID for each request.", "请为每个请求使用随机 UUID。"),
        ],
        [
            (
                "The server was killed a moment ago; what was signed before may have been accepted already.",
                "服务器刚刚被强制终止；此前签名的请求可能已被接受。",
            ),
            ("Sign anew and send again.", "请重新签名后再次发送。"),
        ],
    ],
);

/// See `Plain::InvalidTimeStampFormat`.
pub(super) static INVALID_TIME_STAMP_FORMAT: Row = Row::new(
    ("The time of the request cannot be read.", "无法解析请求的时间。"),
    &[[
        (
            "Timestamp or x-acs-date has an offset, fractions of seconds, or no Z at its end.",
            "Timestamp 或 x-acs-date 带有时区偏移、小数秒，或末尾没有 Z。",
        ),
        ("Write it in UTC as 2006-01-02T15:04:05Z.", "请使用 UTC 时间，格式为 2006-01-02T15:04:05Z。"),
    ]],
);

/// See `Plain::InvalidTimeStampExpired`.
pub(super) static INVALID_TIME_STAMP_EXPIRED: Row = Row::new(
    (
        "The time of the request is too far from the server's clock, in the past or in the future.",
        "请求的时间与服务器时钟相差过大（过早或过晚）。",
    ),
    &[
        [
            (
                "The clock of the client is wrong; containers and machines that slept often are.",
                "客户端时钟不准；容器和休眠后的机器经常如此。",
            ),
            (
                "Set the clock by NTP. This server allows 15 minutes both ways.",
                "请使用 NTP 校准时钟。本服务器允许前后 15 分钟。",
            ),
        ],
        [
            ("Local time was written as UTC.", "把本地时间当作 UTC 写入。"),
            ("Convert to UTC before writing the Z.", "请先转换为 UTC 再加上 Z。"),
        ],
        [
            (
                "The request was signed long before it was sent, for example waiting in a queue.",
                "请求签名后过了很久才发送，例如在队列中等待。",
            ),
            ("Sign just before sending.", "请在发送前再签名。"),
        ],
    ],
);

/// See `Plain::InvalidAccessKeyIdNotFound`.
pub(super) static INVALID_ACCESS_KEY_ID_NOT_FOUND: Row = Row::new(
    ("This server has no AccessKey of this id that can sign.", "服务器上没有可用于签名的该 AccessKey ID。"),
    &[
        [
            (
                "The id is misspelt, or it is a key of another server or of the real cloud.",
                "AccessKey ID 拼写有误，或属于其他服务器或真实的云。",
            ),
            (
                "Check id and endpoint together: which server issued the key?",
                "请同时检查 AccessKey ID 和访问地址：该密钥是由哪个服务器颁发的？",
            ),
        ],
        [
            ("The key, or its user, was deleted.", "该密钥或其用户已被删除。"),
            (
                "Look into the recycle bin with ListAccessKeysInRecycleBin, or make a new key with CreateAccessKey.",
                "请用 ListAccessKeysInRecycleBin 查看回收站，或用 CreateAccessKey 创建新密钥。",
            ),
        ],
        [
            (
                "The key is mirrored from a real account, without its secret.",
                "该密钥是从真实账号镜像而来，没有 Secret。",
            ),
            ("Use a key that this server made.", "请使用由本服务器创建的密钥。"),
        ],
    ],
);

/// See `Plain::InvalidAccessKeyIdInactive`.
pub(super) static INVALID_ACCESS_KEY_ID_INACTIVE: Row = Row::new(
    (
        "The AccessKey is known, but may not be used: disabled, unused for too long, its user is frozen, or not from this address.",
        "该 AccessKey 存在但不能使用：已禁用、闲置过久、其用户已冻结，或来源地址不被允许。",
    ),
    &[
        [
            (
                "Somebody disabled the key, as one does before deleting it.",
                "有人禁用了该密钥（通常在删除之前这样做）。",
            ),
            (
                "Change to the new key; UpdateAccessKey with Status=Active enables the old one again.",
                "请换用新密钥；用 UpdateAccessKey 设置 Status=Active 可重新启用旧密钥。",
            ),
        ],
        [
            (
                "It was not used for more days than MaxIdleDaysForAccessKeys of its account; the message says so.",
                "闲置天数超过账号的 MaxIdleDaysForAccessKeys；错误信息中会说明。",
            ),
            (
                "Enable it again with UpdateAccessKey Status=Active, or better make a new one.",
                "请用 UpdateAccessKey 设置 Status=Active 重新启用，或最好创建新密钥。",
            ),
        ],
        [
            (
                "The network policy of the key or of its account does not list the caller's address; the message says so.",
                "密钥或账号的网络策略未包含调用方地址；错误信息中会说明。",
            ),
            (
                "Add the address with SetAccessKeyPolicy, or call from where the policy allows.",
                "请用 SetAccessKeyPolicy 添加该地址，或从允许的地址调用。",
            ),
        ],
    ],
);

/// See `Plain::InvalidSecurityTokenMalformed`.
pub(super) static INVALID_SECURITY_TOKEN_MALFORMED: Row = Row::new(
    (
        "The security token is not one that this server issued.",
        "安全令牌（SecurityToken）不是由本服务器颁发的。",
    ),
    &[
        [
            (
                "The token was cut off or changed on its way: a + became a space, or a line feed was added.",
                "令牌在传递中被截断或改动：+ 变成了空格，或加上了换行。",
            ),
            (
                "Send it exactly as AssumeRole gave it, percent-encoded.",
                "请原样发送 AssumeRole 返回的令牌，并进行百分号编码。",
            ),
        ],
        [
            (
                "The token is of another server, or the server got another seal key.",
                "令牌属于其他服务器，或服务器更换了封存密钥。",
            ),
            ("Ask this server for a session with AssumeRole again.", "请重新向本服务器调用 AssumeRole。"),
        ],
        [
            ("A permanent AccessKey was sent with a token.", "永久 AccessKey 的请求带上了令牌。"),
            (
                "Leave the token out; unset ALIBABA_CLOUD_SECURITY_TOKEN.",
                "请去掉令牌；清除环境变量 ALIBABA_CLOUD_SECURITY_TOKEN。",
            ),
        ],
    ],
);

/// See `Plain::InvalidSecurityTokenExpired`.
pub(super) static INVALID_SECURITY_TOKEN_EXPIRED: Row = Row::new(
    ("The session of the temporary AccessKey is over.", "临时 AccessKey 的会话已过期。"),
    &[[
        ("The session lasted as long as DurationSeconds said.", "会话已达到 DurationSeconds 指定的时长。"),
        (
            "Call AssumeRole again before Expiration; SDKs do this if they are given the role and not the key.",
            "请在 Expiration 之前再次调用 AssumeRole；如果向 SDK 提供角色而不是密钥，SDK 会自动续期。",
        ),
    ]],
);

/// See `Plain::InvalidSecurityTokenMismatch`.
pub(super) static INVALID_SECURITY_TOKEN_MISMATCH: Row = Row::new(
    (
        "The security token belongs to another AccessKey than the one that signs.",
        "安全令牌与签名所用的 AccessKey 不属于同一组。",
    ),
    &[[
        (
            "Key and token come from two different sessions, or a new key is used with an old token.",
            "密钥和令牌来自两个不同的会话，或新密钥配上了旧令牌。",
        ),
        (
            "Replace AccessKeyId, AccessKeySecret and SecurityToken together, always all three.",
            "请始终同时更换 AccessKeyId、AccessKeySecret 和 SecurityToken 三者。",
        ),
    ]],
);
