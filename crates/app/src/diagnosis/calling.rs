//! Meaning, causes and remedies of the codes about what is called and whether it may be. Rows only; what the vendor says of
//! them is told in our own words, and what only this server does is said of "this server".

use super::Row;

/// See `Plain::InvalidActionNotFound`.
pub(super) static INVALID_ACTION_NOT_FOUND: Row = Row::new(
    ("The API version has no operation of this name.", "该 API 版本中没有这个名称的操作。"),
    &[
        [
            (
                "The name of the operation is misspelt; capital letters count.",
                "操作名拼写有误；操作名区分大小写。",
            ),
            (
                "Compare it with the list of operations in the API explorer.",
                "请对照 API 调试页面中的操作列表。",
            ),
        ],
        [
            (
                "The operation belongs to another product: IMS, RAM and STS have versions of their own.",
                "该操作属于其他产品：IMS、RAM 和 STS 各有自己的版本。",
            ),
            (
                "Send the Version of its product: 2019-08-15 for IMS, 2015-05-01 for RAM, 2015-04-01 for STS, 2026-11-01 for Ramward.",
                "请使用该产品的 Version：IMS 为 2019-08-15，RAM 为 2015-05-01，STS 为 2015-04-01，Ramward 为 2026-11-01。",
            ),
        ],
        [
            (
                "The vendor has the operation, but this server does not do it yet.",
                "厂商提供该操作，但本服务器尚未实现。",
            ),
            (
                "Look at the page of operations in the reference: it says which ones work.",
                "请查看参考文档中的操作列表，其中注明了哪些可用。",
            ),
        ],
    ],
);

/// See `Plain::InvalidVersion`.
pub(super) static INVALID_VERSION: Row = Row::new(
    ("The API version is none that this server knows.", "服务器不认识该 API 版本。"),
    &[[
        (
            "Version (header x-acs-version with V3) is misspelt, or is that of another service.",
            "Version（V3 签名时为请求头 x-acs-version）拼写有误，或属于其他服务。",
        ),
        (
            "Send 2019-08-15 for IMS, 2015-05-01 for RAM, 2015-04-01 for STS, 2026-11-01 for Ramward.",
            "IMS 请使用 2019-08-15，RAM 使用 2015-05-01，STS 使用 2015-04-01，Ramward 使用 2026-11-01。",
        ),
    ]],
);

/// See `Plain::UnsupportedHttpMethod`.
pub(super) static UNSUPPORTED_HTTP_METHOD: Row = Row::new(
    ("Operations take GET and POST alone.", "操作只接受 GET 和 POST 方法。"),
    &[[
        (
            "The client sends another method such as PUT or DELETE, as for a REST interface.",
            "客户端像调用 REST 接口那样使用了 PUT 或 DELETE 等方法。",
        ),
        (
            "Send POST (or GET) to the path / with the operation in Action or in x-acs-action.",
            "请对路径 / 使用 POST（或 GET），并在 Action 或 x-acs-action 中写明操作。",
        ),
    ]],
);

/// See `Plain::InvalidParameterFormat`.
pub(super) static INVALID_PARAMETER_FORMAT: Row = Row::new(
    ("Format asks for a form of answer that there is not.", "Format 指定了不存在的返回格式。"),
    &[[
        ("Format has another value than JSON or XML.", "Format 的取值不是 JSON 或 XML。"),
        (
            "Send Format=JSON or Format=XML, or leave it out for JSON.",
            "请使用 Format=JSON 或 Format=XML；省略时返回 JSON。",
        ),
    ]],
);

/// See `Plain::InvalidParameter`.
pub(super) static INVALID_PARAMETER: Row = Row::new(
    (
        "The request cannot be read as parameters; the message says what is wrong.",
        "请求无法解析为参数；错误信息中说明了具体原因。",
    ),
    &[
        [
            (
                "A value is not percent-encoded UTF-8, such as a bare % or text in another encoding.",
                "某个取值不是百分号编码的 UTF-8 文本，例如单独的 % 或使用了其他编码。",
            ),
            (
                "Encode the value as UTF-8 first, then percent-encode it.",
                "请先按 UTF-8 编码，再进行百分号编码。",
            ),
        ],
        [
            (
                "A parameter stands in the request twice with different values, for example in query and body.",
                "同一参数在请求中出现两次且取值不同，例如同时出现在查询串和请求体中。",
            ),
            (
                "Send each parameter once; write lists as Name.1, Name.2.",
                "每个参数只发送一次；列表请写成 Name.1、Name.2。",
            ),
        ],
        [
            ("The request is too large, or has too many parameters.", "请求过大，或参数过多。"),
            (
                "Send less at once; the operator of this server can raise --max-body-bytes.",
                "请减少单次发送的内容；服务器运维者可以调大 --max-body-bytes。",
            ),
        ],
    ],
);

/// See `Plain::MalformedPolicyDocument`.
pub(super) static MALFORMED_POLICY_DOCUMENT: Row = Row::new(
    (
        "The text is not a policy document; the message names the place.",
        "文本不是有效的策略文档；错误信息会指出位置。",
    ),
    &[
        [
            (
                "The JSON is broken, or a member is misspelt; names are case-sensitive.",
                "JSON 有误，或成员名拼写有误；名称区分大小写。",
            ),
            (
                "Write Version \"1\" and Statement with Effect, Action and Resource; look at the place that the message names.",
                "请写明 Version \"1\" 和包含 Effect、Action、Resource 的 Statement；请查看错误信息指出的位置。",
            ),
        ],
        [
            (
                "A condition has an operator or a key that does not exist.",
                "条件中使用了不存在的运算符或条件键。",
            ),
            ("Compare it with the page about policies in the reference.", "请对照参考文档中的策略页面。"),
        ],
    ],
);

/// See `Plain::NoPermission`.
pub(super) static NO_PERMISSION: Row = Row::new(
    ("The caller is known, but may not do this.", "调用方身份已确认，但没有执行该操作的权限。"),
    &[
        [
            (
                "No policy of the RAM user, of its groups or of the role allows the action on the resource in the message.",
                "RAM 用户、其用户组或角色的策略都没有允许对错误信息中的资源执行该操作。",
            ),
            (
                "Attach a policy that allows the Action on the Resource of the message, with AttachPolicyToUser.",
                "请用 AttachPolicyToUser 授予允许该 Action 和 Resource 的权限策略。",
            ),
        ],
        [
            (
                "A policy forbids it: a Deny goes before every Allow (NoPermissionType ExplicitDeny).",
                "有策略明确拒绝：Deny 优先于所有 Allow（NoPermissionType 为 ExplicitDeny）。",
            ),
            (
                "Have the account's root read EncodedDiagnosticMessage with DecodeDiagnosticMessage: it names the policy.",
                "请由主账号用 DecodeDiagnosticMessage 解码 EncodedDiagnosticMessage，其中会指出具体的策略。",
            ),
        ],
        [
            (
                "The operation is for somebody else: root alone, the operator of the server, or RAM users about themselves.",
                "该操作只供其他身份使用：仅限主账号、服务器运维者，或 RAM 用户本人。",
            ),
            (
                "Look at Callers on the operation's page and sign with such a key.",
                "请查看操作页面中的调用方说明，并使用相应的密钥签名。",
            ),
        ],
    ],
);

/// See `Plain::CheckAuthenticationCodeFail`.
pub(super) static CHECK_AUTHENTICATION_CODE_FAIL: Row = Row::new(
    ("The code of the MFA device is not the right one.", "MFA 设备的动态验证码不正确。"),
    &[
        [
            (
                "The clock of the phone is wrong, or the code was typed too late.",
                "手机时钟不准，或输入验证码过晚。",
            ),
            (
                "Set the phone's clock automatically and use the code that is shown now.",
                "请将手机设置为自动校时，并使用当前显示的验证码。",
            ),
        ],
        [
            (
                "The two codes for binding are not two that follow each other, or one was used before.",
                "绑定所需的两个验证码不是连续的，或其中一个已被使用。",
            ),
            (
                "Wait for a new code, then give it and the one after it.",
                "请等待新的验证码出现，再依次输入它和下一个验证码。",
            ),
        ],
    ],
);

/// See `Plain::Throttling`.
pub(super) static THROTTLING: Row = Row::new(
    ("Too much is asked at once.", "请求过于频繁。"),
    &[[
        (
            "More requests than the server keeps track of arrived within the time window, or a fault was set on purpose.",
            "时间窗口内的请求数超出服务器的记录能力，或有人特意设置了故障。",
        ),
        (
            "Wait as long as x-acs-retry-after says, then try again with growing pauses.",
            "请按 x-acs-retry-after 等待后重试，并逐渐延长间隔。",
        ),
    ]],
);

/// See `Plain::ServiceUnavailable`.
pub(super) static SERVICE_UNAVAILABLE: Row = Row::new(
    ("The server cannot answer now and could later.", "服务器暂时无法响应。"),
    &[[
        (
            "More calls wait than the server lets wait, it is stopping, or its disk is full.",
            "等待中的调用超出服务器允许的数量，服务器正在停止，或磁盘已满。",
        ),
        (
            "Try again shortly; if it lasts, look at /readyz and the server's log.",
            "请稍后重试；如果持续出现，请查看 /readyz 和服务器日志。",
        ),
    ]],
);

/// See `Plain::InternalError`.
pub(super) static INTERNAL_ERROR: Row = Row::new(
    ("Something happened that nobody foresaw; nothing was changed.", "发生了未预料的错误；没有任何更改。"),
    &[[
        (
            "A fault of the server, or one that was set on purpose with SetFault.",
            "服务器故障，或有人用 SetFault 特意设置了故障。",
        ),
        (
            "Look for the RequestId in the server's log, where the cause stands, and report it.",
            "请在服务器日志中按 RequestId 查找原因并反馈。",
        ),
    ]],
);
