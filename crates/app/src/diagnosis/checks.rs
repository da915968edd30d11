//! What each check of a request looks at, in words, and how far a request got. Rows only.

use ramward_domain::endpoint::requests::Check;

use super::Both;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It found nothing wrong.
    Passed,
    /// It refused the request.
    Refused,
    /// The request did not get that far.
    NotReached,
}

/// A check of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its name in `Passed` and `RefusedAt`.
    pub name: &'static str,
    /// What it looks at.
    pub words: Both,
    /// How it ended.
    pub outcome: Outcome,
}

/// All checks in order, with how they ended for a request that was refused at the check of that name, or at none.
pub fn of_request(refused_at: Option<&str>) -> Vec<Checked> {
    let stopped = Check::ALL.iter().position(|check| Some(check.name()) == refused_at);
    let real = Check::ALL.iter().enumerate().filter(|(_, check)| **check != Check::Answered);
    let checked = real.map(|(at, check)| Checked {
        name: check.name(),
        words: words(*check),
        outcome: match stopped {
            Some(stopped) if at == stopped => Outcome::Refused,
            Some(stopped) if at > stopped => Outcome::NotReached,
            _ => Outcome::Passed,
        },
    });
    checked.collect()
}

fn words(check: Check) -> Both {
    let (en, zh) = match check {
        Check::Request => ("Size and method; the parameters can be read", "大小和方法；参数可以解析"),
        Check::Action => ("Action and Version are there and known", "Action 和 Version 存在且有效"),
        Check::Format => ("The form of the answer is JSON or XML", "返回格式为 JSON 或 XML"),
        Check::SignatureParameters => {
            ("All that belongs to a signature is there and well formed", "签名相关参数齐全且格式正确")
        }
        Check::Timestamp => ("The time lies in the window", "请求时间在允许的时间窗口内"),
        Check::AccessKey => ("The AccessKey is known and active", "AccessKey 存在且处于启用状态"),
        Check::Signature => ("The signature is the one expected", "签名与预期一致"),
        Check::NetworkPolicy => {
            ("The AccessKey may be used from this address", "网络策略允许从该地址使用 AccessKey")
        }
        Check::Nonce => ("The nonce was not used before", "随机数未被使用过"),
        Check::SecurityToken => {
            ("A security token is there exactly where one belongs", "安全令牌与密钥类型相符")
        }
        Check::Fault => ("No fault was set for this call", "没有为该调用设置故障"),
        Check::Parameters => ("The operation's parameters are valid", "操作的参数有效"),
        Check::Permission => ("The caller may do it", "调用方拥有权限"),
        Check::Operation => ("The operation could be carried out", "操作可以执行"),
        Check::Answered => ("Answered", "已返回"),
    };
    Both { en: en.to_owned(), zh: zh.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_stops_where_it_was_refused() {
        let checked = of_request(Some("Nonce"));
        let outcomes: Vec<Outcome> = checked.iter().map(|one| one.outcome).collect();
        let at = checked.iter().position(|one| one.name == "Nonce").unwrap();
        assert!(outcomes[..at].iter().all(|outcome| *outcome == Outcome::Passed));
        assert_eq!(outcomes[at], Outcome::Refused);
        assert!(outcomes[at + 1..].iter().all(|outcome| *outcome == Outcome::NotReached));
        assert!(of_request(None).iter().all(|one| one.outcome == Outcome::Passed));
    }
}
