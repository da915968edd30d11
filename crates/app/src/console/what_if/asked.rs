//! What the form of the what-if asks: repairs, a password policy, a day. From the query of the address to parameters of the
//! operation. Knows no page.

use crate::console::form::Form;
use crate::formats::explained::Explanation;

/// More than these no form of the console sends.
const MOST_REPAIRS: usize = 200;

/// The demands of the password policy that are yes or no, as parameters call them.
pub const DEMANDS: [(&str, &str, &str); 4] = [
    ("RequireLowercaseCharacters", "Lower-case letters", "小写字母"),
    ("RequireUppercaseCharacters", "Upper-case letters", "大写字母"),
    ("RequireNumbers", "Digits", "数字"),
    ("RequireSymbols", "Symbols", "符号"),
];
const LENGTH: &str = "MinimumPasswordLength";

/// What the form asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    repairs: Vec<String>,
    /// The day, as typed.
    pub at: String,
    /// The password policy to be shown; absent where the present one is not known.
    pub policy: Option<Policy>,
    is_policy_changed: bool,
}

/// What the report looks at in a password policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The least length, as typed.
    pub length: String,
    /// Which of [`DEMANDS`] it makes.
    pub demands: [bool; 4],
}

impl Policy {
    /// The demands with their names: parameter, English, Chinese, whether it is made.
    pub fn boxes(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str, bool)> {
        DEMANDS.into_iter().zip(self.demands).map(|((name, en, zh), is_made)| (name, en, zh, is_made))
    }

    /// The present policy, where the facts of its check tell.
    fn present(explanation: &Explanation) -> Option<Self> {
        let check = explanation.checks.check.iter().find(|check| check.id == "password_policy")?;
        let fact = |wanted: &str| check.facts.fact.iter().find(|fact| fact.name == wanted);
        let mut demands = [false; 4];
        for (is_made, (name, ..)) in demands.iter_mut().zip(DEMANDS) {
            *is_made = fact(name)?.value == "true";
        }
        Some(Self { length: fact(LENGTH)?.value.clone(), demands })
    }

    fn typed(query: &Form) -> Self {
        let demands = DEMANDS.map(|(name, ..)| query.has(name));
        Self { length: query.get(LENGTH).trim().to_owned(), demands }
    }
}

impl Asked {
    /// Reads a query.
    pub fn read(query: &Form, explanation: &Explanation) -> Self {
        let mut repairs: Vec<String> = Vec::new();
        for repair in query.all("Repair").take(MOST_REPAIRS) {
            if !repairs.iter().any(|known| known == repair) {
                repairs.push(repair.to_owned());
            }
        }
        let present = Policy::present(explanation);
        // A box that is not ticked is not sent, so the form says that its boxes were there.
        let typed = (present.is_some() && query.has("Policy")).then(|| Policy::typed(query));
        let is_policy_changed = typed.is_some() && typed != present;
        Self { repairs, at: query.get("At").trim().to_owned(), policy: typed.or(present), is_policy_changed }
    }

    /// Whether a check as a whole is to be repaired.
    pub fn has(&self, check: &str) -> bool {
        self.repairs.iter().any(|repair| repair == check)
    }

    /// The repairs of single findings, as `check/user/key`.
    pub fn single(&self) -> impl Iterator<Item = &str> {
        self.repairs.iter().map(String::as_str).filter(|repair| repair.contains('/'))
    }

    /// Whether anything is asked.
    pub fn is_something(&self) -> bool {
        !self.repairs.is_empty() || !self.at.is_empty() || self.is_policy_changed
    }

    /// The parameters of the operation.
    pub fn params(&self) -> Vec<(String, String)> {
        let mut params = Vec::new();
        if !self.at.is_empty() {
            params.push(("At".to_owned(), self.at.clone()));
        }
        if let Some(policy) = self.policy.as_ref().filter(|_| self.is_policy_changed) {
            params.push((format!("PasswordPolicy.{LENGTH}"), policy.length.clone()));
            let demands = policy.boxes().map(|(name, _, _, is_made)| (name, is_made.to_string()));
            params.extend(demands.map(|(name, is_made)| (format!("PasswordPolicy.{name}"), is_made)));
        }
        for (place, repair) in self.repairs.iter().enumerate() {
            let mut parts = repair.splitn(3, '/');
            for name in ["Check", "UserName", "AccessKeyId"] {
                if let Some(part) = parts.next().filter(|part| !part.is_empty()) {
                    params.push((format!("Repair.{}.{name}", place + 1), part.to_owned()));
                }
            }
        }
        params
    }
}
