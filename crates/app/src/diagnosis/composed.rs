//! Codes that are composed of class, subject and rule: `Missing<Parameter>`, `InvalidParameter.<Parameter>.<Rule>` and their
//! kin. Explains one by its class and what is known of its subject.

use ramward_rpc::error::{ApiError, Code, Rule};

use super::operations::{self, Callers};
use super::{Both, Explained, Row, entity};

const RULES: [Rule; 6] =
    [Rule::Format, Rule::InvalidChars, Rule::Length, Rule::Range, Rule::TooWeak, Rule::NotAllowed];

/// What such a code means; `None` for what is none.
pub(super) fn explain(code: &str) -> Option<Explained> {
    let after = |class: &str| {
        let (head, rest) = code.split_at_checked(class.len())?;
        (head.eq_ignore_ascii_case(class) && is_subject(rest)).then_some(rest)
    };
    let of_entity = [
        ("EntityNotExist.", 404, &NOT_EXIST),
        ("EntityAlreadyExists.", 409, &ALREADY_EXISTS),
        ("DeleteConflict.", 409, &CONFLICT),
        ("LimitExceeded.", 409, &LIMIT),
    ];
    for (class, status, row) in of_entity {
        if let Some(path) = after(class) {
            return Some(about_entity(class, path, status, row));
        }
    }
    if let Some(what) = after("AuthenticationFail.") {
        return authentication(what);
    }
    if let Some(rest) = after("InvalidParameter.") {
        return Some(invalid(rest));
    }
    let name = after("Missing")?;
    // `Missing` alone begins many words; a parameter is known, or spelt as parameters are.
    name.starts_with(|first: char| first.is_ascii_uppercase() || first == '<')
        .then(|| missing(name))
        .or_else(|| operations::parameter(name).map(|(known, _)| missing(known)))
}

/// Whether a text can be what a code is about.
fn is_subject(text: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || ".-_<>".contains(letter);
    !text.is_empty() && text.len() <= 128 && text.chars().all(allowed)
}

fn same(text: &str) -> Both {
    Both { en: text.to_owned(), zh: text.to_owned() }
}

static NOT_EXIST: Row = Row::new(
    ("What the request is about is not in the account: {entity}.", "请求所指的{entity}在账号中不存在。"),
    &[
        [
            (
                "Its name or id is misspelt, or it is in another account than the one whose key signs.",
                "名称或 ID 拼写有误，或它属于其他账号（与签名密钥的账号不同）。",
            ),
            (
                "Look at what there is with {shown_by}, with the same AccessKey.",
                "请使用同一个 AccessKey 调用 {shown_by} 查看现有内容。",
            ),
        ],
        [
            ("It was deleted meanwhile, or is not made yet.", "它已被删除，或尚未创建。"),
            (
                "Make it first; deleted users and AccessKeys can be restored from the recycle bin.",
                "请先创建；已删除的用户和 AccessKey 可以从回收站恢复。",
            ),
        ],
    ],
);

static ALREADY_EXISTS: Row = Row::new(
    (
        "It exists already: {entity}. Names are unique in an account.",
        "该{entity}已存在；名称在账号内必须唯一。",
    ),
    &[
        [
            (
                "The call was made before: a retry whose first attempt was done although its answer was lost.",
                "之前已经调用过：第一次尝试已成功，但返回结果丢失后又重试。",
            ),
            (
                "Look at it with {shown_by}; if it is as wanted, go on.",
                "请用 {shown_by} 查看；如果符合预期，可继续后续步骤。",
            ),
        ],
        [
            ("Somebody else took the name or the place.", "名称或位置已被他人占用。"),
            (
                "Choose another name, or remove the other with {removed_by} first.",
                "请换一个名称，或先用 {removed_by} 移除已有的对象。",
            ),
        ],
    ],
);

static CONFLICT: Row = Row::new(
    ("It cannot be deleted while there is still: {entity}.", "无法删除，因为仍然存在：{entity}。"),
    &[[
        (
            "What is deleted must stand alone, so that nobody loses something unknowingly.",
            "为避免误删，被删除的对象不能还有关联内容。",
        ),
        (
            "Look at what is left with {shown_by}, remove it with {removed_by}, then delete again.",
            "请用 {shown_by} 查看剩余内容，用 {removed_by} 移除后再删除。",
        ),
    ]],
);

static LIMIT: Row = Row::new(
    ("The quota is used up: {entity}.", "配额已用完：{entity}。"),
    &[[
        (
            "There are as many as there may be; a pair of AccessKeys per user is the most, for example.",
            "数量已达上限，例如每个用户最多两个 AccessKey。",
        ),
        (
            "Remove what is not needed with {removed_by}; {shown_by} shows what there is and GetAccountSummary the quotas.",
            "请用 {removed_by} 移除不需要的内容；{shown_by} 可查看现有内容，GetAccountSummary 可查看配额。",
        ),
    ]],
);

fn about_entity(class: &str, path: &str, status: u16, row: &Row) -> Explained {
    let known = entity::find(path);
    let path = known.map_or(path, |entity| entity.path);
    let code = format!("{class}{path}");
    let words = known.map_or_else(|| same(&path.replace('.', " ")), entity::Entity::words);
    let list = || Both { en: "the operation that lists them".into(), zh: "相应的列表操作".into() };
    let removal = || Both { en: "the operation that deletes it".into(), zh: "相应的删除操作".into() };
    let names = [
        ("entity", words),
        ("shown_by", known.map_or_else(list, |entity| same(entity.shown_by))),
        ("removed_by", known.map_or_else(removal, |entity| same(entity.removed_by))),
    ];
    let callers = if path.starts_with('<') { Callers::All } else { operations::of_code(&code) };
    row.filled(&names, code, status, None, callers)
}

static MISSING: Row = Row::new(
    ("The mandatory parameter {name} is absent or empty.", "缺少必选参数 {name}，或其值为空。"),
    &[
        [
            (
                "It was left out, or its name is misspelt; capital letters count.",
                "省略了该参数，或参数名拼写有误；参数名区分大小写。",
            ),
            ("Send {name} with a value.", "请发送带有取值的 {name}。"),
        ],
        [
            (
                "It was sent where it is not read: in a JSON body, or in a header.",
                "参数放在了服务器不读取的位置，例如 JSON 请求体或请求头中。",
            ),
            (
                "Send parameters in the query or as a form; a list as Name.1, Name.2.",
                "请在查询串或表单中发送参数；列表写成 Name.1、Name.2。",
            ),
        ],
    ],
);

static MISSING_SIGNING: Row = Row::new(
    ("{name}, which belongs to the protocol, is absent or empty.", "缺少协议参数 {name}，或其值为空。"),
    &[
        [
            (
                "The request is not signed, or not whole: the client had no credentials.",
                "请求未签名或不完整：客户端没有可用的凭证。",
            ),
            (
                "Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or a profile; of a session the token too.",
                "请设置 ALIBABA_CLOUD_ACCESS_KEY_ID 和 ALIBABA_CLOUD_ACCESS_KEY_SECRET，或使用配置文件；会话密钥还需设置令牌。",
            ),
        ],
        [
            (
                "The Authorization header was lost on the way, such as at a redirect or a proxy.",
                "Authorization 请求头在途中丢失，例如经过重定向或代理。",
            ),
            (
                "Call the endpoint itself, and let the proxy pass headers on.",
                "请直接访问服务地址，或让代理转发请求头。",
            ),
        ],
    ],
);

fn missing(name: &str) -> Explained {
    let known = operations::parameter(name).map_or(name, |(known, _)| known);
    let callers = operations::of_parameter(known, true);
    let row = match callers {
        Callers::Signed => &MISSING_SIGNING,
        _ => &MISSING,
    };
    let error = ApiError::missing(known.to_owned());
    row.filled(
        &[("name", same(known))],
        error.code.to_string(),
        error.code.status(),
        Some(error.message),
        callers,
    )
}

static INVALID: Row = Row::new(
    ("The value of {name} is not one that the operation takes. {rule}", "{name} 的取值无效。{rule}"),
    &[
        [
            ("The value breaks the limits of the parameter{limits}.", "取值不符合参数的限制{limits}。"),
            (
                "Compare it with the operation's page, which says type, limits and an example.",
                "请对照操作页面中的类型、限制和示例。",
            ),
        ],
        [
            (
                "The value arrived changed: encoded twice, with quotation marks around it, or with a space or line feed at its end.",
                "取值在传递中被改变：重复编码、带有引号，或末尾有空格或换行。",
            ),
            (
                "Look at what was really sent, for example with `ramward call --dry-run`.",
                "请查看实际发送的内容，例如使用 `ramward call --dry-run`。",
            ),
        ],
    ],
);

static TOO_WEAK: Row = Row::new(
    (
        "The password in {name} does not meet the account's password policy.",
        "{name} 中的密码不符合账号的密码策略。",
    ),
    &[
        [
            (
                "It is too short, or lacks a kind of characters that the policy asks for.",
                "密码过短，或缺少策略要求的字符类型。",
            ),
            (
                "Look at the policy with GetPasswordPolicy and choose a longer password.",
                "请用 GetPasswordPolicy 查看策略，并选择更长的密码。",
            ),
        ],
        [
            ("It was used before, or holds the user's name.", "密码之前使用过，或包含用户名。"),
            ("Choose one that was never used.", "请选择从未使用过的密码。"),
        ],
    ],
);

fn invalid(rest: &str) -> Explained {
    let ruled = RULES.into_iter().find_map(|rule| {
        let at = rest.len().checked_sub(rule.word().len() + 1)?;
        let (name, tail) = rest.split_at_checked(at)?;
        let is_it = tail.strip_prefix('.').is_some_and(|word| word.eq_ignore_ascii_case(rule.word()));
        (is_it && !name.is_empty()).then_some((name, rule))
    });
    let (name, rule) = ruled.unwrap_or((rest, Rule::Unsaid));
    let known = operations::parameter(name);
    let name = known.map_or(name, |(known, _)| known);
    let error = ApiError::new(Code::InvalidParameter(name.to_owned().into(), rule));
    let (code, status) = (error.code.to_string(), error.code.status());
    let limits = known.map(|(_, parameter)| parameter.limits.join("; ")).filter(|limits| !limits.is_empty());
    let limits = limits
        .map_or_else(|| same(""), |limits| Both { en: format!(": {limits}"), zh: format!("：{limits}") });
    let names = [("name", same(name)), ("rule", rule_words(rule)), ("limits", limits)];
    let row = if rule == Rule::TooWeak { &TOO_WEAK } else { &INVALID };
    row.filled(&names, code, status, Some(error.message), operations::of_parameter(name, false))
}

fn rule_words(rule: Rule) -> Both {
    let (en, zh) = match rule {
        Rule::Format => ("It does not have the form it must have.", "格式不正确。"),
        Rule::InvalidChars => ("It holds characters that are not allowed.", "包含不允许的字符。"),
        Rule::Length => ("It is too short or too long.", "长度过短或过长。"),
        Rule::Range => ("It is outside its bounds, or none of the choices.", "超出范围，或不是可选值之一。"),
        Rule::TooWeak => ("It is too weak.", "强度不足。"),
        Rule::NotAllowed => (
            "It may not be given: a service of the vendor decides it.",
            "不允许指定该参数：由阿里云服务自行决定。",
        ),
        Rule::Unsaid => (
            "Which rule it breaks is said by the end of the code: Format, InvalidChars, Length, Range; STS says none.",
            "错误码末尾说明违反了哪条规则：Format、InvalidChars、Length、Range；STS 不作说明。",
        ),
    };
    Both { en: en.to_owned(), zh: zh.to_owned() }
}

/// What is said of a token that proves nothing, by what stands behind `AuthenticationFail.`
static AUTHENTICATION: &[(&str, Row)] = &[
    (
        "NoPermission",
        Row::new(
            (
                "The identity provider's word is good, but the role does not trust it.",
                "身份提供商的凭证有效，但角色不信任它。",
            ),
            &[[
                (
                    "The role does not exist, or the trust policy names another provider, audience, issuer or subject.",
                    "角色不存在，或信任策略中的身份提供商、受众、颁发者或主体与之不符。",
                ),
                (
                    "Compare the role's AssumeRolePolicyDocument (GetRole) with the claims of the token.",
                    "请将角色的 AssumeRolePolicyDocument（GetRole）与令牌中的声明对照。",
                ),
            ]],
        ),
    ),
    (
        "OIDCToken.AudienceNotMatch",
        Row::new(
            ("The token was issued for somebody else.", "令牌是颁发给其他受众的。"),
            &[[
                (
                    "The claim aud of the token is none of the provider's client IDs.",
                    "令牌的 aud 声明不在身份提供商的客户端 ID 中。",
                ),
                (
                    "Ask for a token with the right audience, or add it with AddClientIdToOIDCProvider.",
                    "请获取受众正确的令牌，或用 AddClientIdToOIDCProvider 添加。",
                ),
            ]],
        ),
    ),
    (
        "OIDCToken.Expired",
        Row::new(
            ("The OIDC token is over.", "OIDC 令牌已过期。"),
            &[[
                (
                    "Its claim exp is past, often because it was kept in a variable of a long job.",
                    "exp 声明的时间已过，常见于长时间运行的任务把令牌保存在变量中。",
                ),
                (
                    "Ask the identity provider for a fresh token just before the call.",
                    "请在调用前重新向身份提供商获取令牌。",
                ),
            ]],
        ),
    ),
    (
        "OIDCToken.Invalid",
        Row::new(
            (
                "The OIDC token is not whole, or its signature is not the provider's.",
                "OIDC 令牌不完整，或签名不是由身份提供商生成的。",
            ),
            &[
                [
                    (
                        "The token was cut off, has another algorithm, or was signed with a key that this server was not given.",
                        "令牌被截断、使用了其他算法，或签名密钥未提供给本服务器。",
                    ),
                    (
                        "Send the token whole, and give the provider's present keys with SetOIDCProviderKeys.",
                        "请发送完整的令牌，并用 SetOIDCProviderKeys 提供身份提供商当前的公钥。",
                    ),
                ],
                [
                    (
                        "The token began a session before, and the server takes each for one (oidc_tokens_once).",
                        "令牌已用于开始会话，而服务器只接受每个令牌一次（oidc_tokens_once）。",
                    ),
                    (
                        "Ask the identity provider for a fresh token for each session.",
                        "请为每个会话向身份提供商获取新的令牌。",
                    ),
                ],
            ],
        ),
    ),
    (
        "OIDCToken.IssuerConfigurationBroken",
        Row::new(
            ("This server has no keys of the identity provider.", "本服务器没有该身份提供商的公钥。"),
            &[[
                (
                    "This server asks nobody over the network, and nobody gave it the keys.",
                    "本服务器不会通过网络获取公钥，也没有人提供过。",
                ),
                ("Give them with SetOIDCProviderKeys.", "请用 SetOIDCProviderKeys 提供公钥。"),
            ]],
        ),
    ),
    (
        "OIDCToken.IssuerNotMatch",
        Row::new(
            (
                "The OIDC token is of another issuer than the identity provider.",
                "OIDC 令牌的颁发者与身份提供商不一致。",
            ),
            &[[
                (
                    "The claim iss differs from the provider's IssuerUrl, perhaps only by a slash at its end.",
                    "iss 声明与身份提供商的 IssuerUrl 不同，可能只差末尾的斜杠。",
                ),
                (
                    "Name the right OIDCProviderArn, or make a provider with that very URL.",
                    "请填写正确的 OIDCProviderArn，或用该 URL 创建身份提供商。",
                ),
            ]],
        ),
    ),
    (
        "IDPMetadata.Invalid",
        Row::new(
            ("The metadata of the SAML identity provider is not usable.", "SAML 身份提供商的元数据不可用。"),
            &[[
                ("It holds no certificate that can check signatures.", "其中没有可用于验证签名的证书。"),
                (
                    "Download the metadata from the identity provider again and give it with UpdateSAMLProvider.",
                    "请重新从身份提供商下载元数据，并用 UpdateSAMLProvider 更新。",
                ),
            ]],
        ),
    ),
    (
        "SAMLAssertion.Expired",
        Row::new(
            ("The SAML assertion is not valid now.", "SAML 断言当前不在有效期内。"),
            &[[
                (
                    "It is older than a few minutes, was used before, or the clocks differ.",
                    "断言已超过几分钟、之前使用过，或双方时钟不一致。",
                ),
                (
                    "Sign in at the identity provider again and use the assertion at once.",
                    "请重新在身份提供商处登录，并立即使用断言。",
                ),
            ]],
        ),
    ),
    (
        "SAMLAssertion.Invalid",
        Row::new(
            ("The SAML assertion does not prove what it says.", "SAML 断言无法证明其内容。"),
            &[
                [
                    (
                        "It is not whole, not signed by the provider's certificate, or meant for another receiver.",
                        "断言不完整、不是由身份提供商的证书签名，或接收方不正确。",
                    ),
                    (
                        "Check audience and recipient at the identity provider; the message names what is wrong.",
                        "请在身份提供商处检查受众和接收地址；错误信息会指出具体问题。",
                    ),
                ],
                [
                    (
                        "The assertion began a session before; each is for one use.",
                        "断言已用于开始会话；每个断言只能使用一次。",
                    ),
                    (
                        "Sign in at the identity provider again for a fresh one.",
                        "请在身份提供商处重新登录以获取新的断言。",
                    ),
                ],
            ],
        ),
    ),
];

fn authentication(what: &str) -> Option<Explained> {
    let (what, row) = AUTHENTICATION.iter().find(|(known, _)| known.eq_ignore_ascii_case(what))?;
    let error = ApiError::new(Code::AuthenticationFail(what));
    let code = error.code.to_string();
    let callers = operations::of_code(&code);
    Some(row.explained(code, error.code.status(), Some(error.message), callers))
}
