//! The default domain, which ends the logon names of all users.

use ramward_rpc::api::Product;

use super::HOME;
use crate::console::answer::PageAnswer;
use crate::console::calls::part;
use crate::console::change::Change;
use crate::console::field::Field;
use crate::console::trouble::Trouble;
use crate::console::visit::Visit;

/// Sets the domain.
pub fn set(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let lang = visit.lang;
    let now: String = part(&visit.call(Product::Ims, "GetDefaultDomain", &[])?, "/DefaultDomainName")?;
    let alias = now.strip_suffix(ENDING).unwrap_or(&now);
    Change::new(lang.t("Default domain", "默认域名"), Product::Ims, "SetDefaultDomain", HOME)
        .says(lang.t(
            "The logon names of all users end in it. Those with the domain that the account began with stay valid.",
            "所有用户的登录名称均以此结尾。账号初始域名对应的登录名称仍然有效。",
        ))
        .field(Field::text("DefaultDomainName", lang.t("Domain", "域名")).of(alias).suffix(ENDING.to_owned()))
        .submit(lang.t("Save", "保存"))
        .answer(visit)
}

const ENDING: &str = ".onaliyun.com";
