//! Codes that the vendor's services answer and this server does not, so that an answer from there can be explained too.
//! Names and statuses: the vendor's public tables of common errors and logged answers; those that are contradictory there
//! have the status of the newer table.

use super::operations::Callers;
use super::{Explained, Row};

/// The codes with their status and row.
static ROWS: &[(&str, u16, Row)] = &[
    (
        "Forbidden.AccessKeyDisabled",
        403,
        Row::new(
            (
                "The AccessKey is disabled; the older name of InvalidAccessKeyId.Inactive.",
                "AccessKey 已被禁用；这是 InvalidAccessKeyId.Inactive 的旧名称。",
            ),
            &[[
                ("Somebody disabled the key.", "有人禁用了该密钥。"),
                (
                    "Change to an active key, or enable this one with UpdateAccessKey.",
                    "请换用启用状态的密钥，或用 UpdateAccessKey 启用该密钥。",
                ),
            ]],
        ),
    ),
    (
        "Forbidden.RAM",
        403,
        Row::new(
            (
                "The caller may not do this; other products' name of NoPermission.",
                "调用方没有权限；这是其他产品对 NoPermission 的称呼。",
            ),
            &[[
                (
                    "No policy of the RAM user or role allows the action, or the product does not know RAM.",
                    "RAM 用户或角色的策略没有允许该操作，或该产品不支持 RAM。",
                ),
                ("Attach a policy that allows it.", "请授予允许该操作的权限策略。"),
            ]],
        ),
    ),
    (
        "IllegalTimestamp",
        400,
        Row::new(
            (
                "The time of the request is absent, malformed or too far from now; the older name of InvalidTimeStamp.",
                "请求的时间缺失、格式有误或与当前时间相差过大；这是 InvalidTimeStamp 的旧名称。",
            ),
            &[[
                (
                    "The client's clock is wrong, or the time is not written in UTC.",
                    "客户端时钟不准，或时间未使用 UTC。",
                ),
                (
                    "Set the clock by NTP and write 2006-01-02T15:04:05Z.",
                    "请使用 NTP 校准时钟，并按 2006-01-02T15:04:05Z 书写。",
                ),
            ]],
        ),
    ),
    (
        "Inactive",
        403,
        Row::new(
            ("The service is not activated for the account.", "该账号尚未开通此服务。"),
            &[[
                (
                    "The account never used RAM, or the service was suspended.",
                    "该账号从未使用过 RAM，或服务已被暂停。",
                ),
                (
                    "Activate the service in the vendor's console, with the account's root.",
                    "请使用主账号在厂商控制台开通该服务。",
                ),
            ]],
        ),
    ),
    (
        "InvalidApi.NotFound",
        404,
        Row::new(
            (
                "The API version has no operation of this name; a sibling of InvalidAction.NotFound.",
                "该 API 版本中没有这个操作；与 InvalidAction.NotFound 相同。",
            ),
            &[[
                (
                    "Name or version of the operation is wrong for this host.",
                    "操作名或版本与该访问地址不符。",
                ),
                ("Check both against the product's list of operations.", "请对照该产品的操作列表检查两者。"),
            ]],
        ),
    ),
    (
        "InvalidProduct.NotFound",
        404,
        Row::new(
            ("The host name belongs to no product.", "访问域名不属于任何产品。"),
            &[[
                (
                    "The endpoint is misspelt, or the product has none in that region.",
                    "访问地址拼写有误，或该地域没有此产品的接入点。",
                ),
                (
                    "Use ims.aliyuncs.com, ram.aliyuncs.com or sts.aliyuncs.com.",
                    "请使用 ims.aliyuncs.com、ram.aliyuncs.com 或 sts.aliyuncs.com。",
                ),
            ]],
        ),
    ),
    (
        "InvalidProtocol.NeedSsl",
        400,
        Row::new(
            ("The operation is answered over HTTPS alone.", "该操作只能通过 HTTPS 调用。"),
            &[[
                ("The client was told to use plain HTTP.", "客户端使用了明文 HTTP。"),
                ("Set the protocol to HTTPS.", "请将协议设置为 HTTPS。"),
            ]],
        ),
    ),
    (
        "MissingParameter",
        400,
        Row::new(
            (
                "A mandatory parameter is absent; older services' name of Missing<Parameter>. The message names it.",
                "缺少必选参数；这是旧服务对 Missing<Parameter> 的称呼，错误信息会指出参数名。",
            ),
            &[[
                ("The parameter was left out or is empty.", "该参数被省略或为空。"),
                ("Send it; names are case-sensitive.", "请发送该参数；参数名区分大小写。"),
            ]],
        ),
    ),
    (
        "Throttling.Api",
        400,
        Row::new(
            ("Too many calls of one operation at once.", "对某个操作的调用过于频繁。"),
            &[[
                ("The limit of the operation is reached.", "达到了该操作的频率上限。"),
                (
                    "Wait and try again with growing pauses; spread calls over time.",
                    "请等待后重试并逐渐延长间隔；将调用分散到不同时间。",
                ),
            ]],
        ),
    ),
    (
        "Throttling.User",
        400,
        Row::new(
            ("Too many calls of one account at once.", "该账号的调用过于频繁。"),
            &[[
                ("Several programs share the account's limit.", "多个程序共用该账号的频率上限。"),
                (
                    "Wait and try again with growing pauses; let one program ask and share what it learns.",
                    "请等待后重试并逐渐延长间隔；由一个程序查询并共享结果。",
                ),
            ]],
        ),
    ),
    (
        "UnknownError",
        400,
        Row::new(
            ("The service failed and does not say why.", "服务处理失败，但未说明原因。"),
            &[[
                ("A fault of the service.", "服务端故障。"),
                (
                    "Try again; if it lasts, report the RequestId to the vendor.",
                    "请重试；如果持续出现，请将 RequestId 反馈给厂商。",
                ),
            ]],
        ),
    ),
];

/// The codes.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|(code, ..)| *code)
}

/// What such a code means.
pub(super) fn explain(code: &str) -> Option<Explained> {
    let (code, status, row) = ROWS.iter().find(|(known, ..)| known.eq_ignore_ascii_case(code))?;
    Some(row.explained((*code).to_owned(), *status, None, Callers::Elsewhere))
}
