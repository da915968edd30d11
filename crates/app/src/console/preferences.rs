//! Language and theme, as the reader chooses them: cookies, nothing on the server. Knows no page.

use super::answer::{self, Cookie, PageAnswer};
use super::lang::Lang;
use super::request::{LANGUAGE, THEME};
use super::trouble::Trouble;
use super::visit::Visit;

const A_YEAR: i64 = 365 * 86_400;

/// Sets what the form names and goes back to where it stood.
pub fn set(visit: &mut Visit<'_>) -> Result<PageAnswer, Trouble> {
    let mut answer = answer::see(own_path(visit.form.get("back")));
    let mut set = |name, value, seconds| {
        answer::set_cookie(&mut answer, &Cookie { name, value, seconds, secure: visit.is_over_tls() });
    };
    if let Some(lang) = Lang::parse(visit.form.get("lang")) {
        set(LANGUAGE, lang.code(), A_YEAR);
    }
    match visit.form.get("theme") {
        theme @ ("light" | "dark") => set(THEME, theme, A_YEAR),
        "auto" => set(THEME, "", 0),
        _ => {}
    }
    Ok(answer)
}

/// A path of this console; anything else becomes its beginning, so that no form leads elsewhere.
pub fn own_path(path: &str) -> &str {
    let is_own = path == super::ROOT || path.starts_with("/console/") || path.starts_with("/console?");
    if is_own && path.bytes().all(|byte| byte.is_ascii_graphic()) { path } else { super::ROOT }
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn nothing_leads_elsewhere() {
        for path in ["/console/users?Marker=a%20b", "/console", "/console?x=1"] {
            assert_eq!(own_path(path), path);
        }
        for path in ["https://example.com/", "//example.com", "/consolex", "", "/console/\r\nSet-Cookie: a=b"]
        {
            assert_eq!(own_path(path), "/console");
        }
    }
}
