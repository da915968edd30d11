//! What goes back to a browser, and the headers that guard it. Knows no page.

use askama::Template;
use bytes::Bytes;
use http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue,
    LOCATION, REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{Response, StatusCode};

use super::trouble::Trouble;

/// A whole answer.
pub type PageAnswer = Response<Bytes>;

/// Nothing from elsewhere, no script or style inside a page, no frame around it.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A page.
///
/// # Errors
/// A template that cannot be written, which none does.
pub fn page(template: &impl Template) -> Result<PageAnswer, Trouble> {
    Ok(html(StatusCode::OK, template.render().map_err(|error| Trouble::Internal(error.to_string()))?))
}

/// A page with a status of its own.
pub fn html(status: StatusCode, text: String) -> PageAnswer {
    let mut answer = PageAnswer::new(Bytes::from(text));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    answer
}

/// Sends the browser to another page, to be got afresh.
pub fn see(path: &str) -> PageAnswer {
    let mut answer = PageAnswer::new(Bytes::new());
    *answer.status_mut() = StatusCode::SEE_OTHER;
    let location = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static(super::ROOT));
    answer.headers_mut().insert(LOCATION, location);
    answer
}

/// A file to be saved.
pub fn file(name: &str, content_type: &'static str, bytes: impl Into<Bytes>) -> PageAnswer {
    let mut answer = PageAnswer::new(bytes.into());
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let safe: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{safe}\"")) {
        answer.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    answer
}

/// A cookie that the answer sets. It ends after so many seconds; at once with none.
pub struct Cookie<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
    /// Seconds until it ends; 0 deletes it.
    pub seconds: i64,
    /// Whether it travels over TLS alone.
    pub secure: bool,
}

/// Sets a cookie. No script reads it, and no request that begins at another site brings it.
pub fn set_cookie(answer: &mut PageAnswer, cookie: &Cookie<'_>) {
    let Cookie { name, value, seconds, secure } = cookie;
    let secure = if *secure { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/console; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        answer.headers_mut().append(SET_COOKIE, value);
    }
}

/// The headers that every answer has.
pub fn guarded(mut answer: PageAnswer) -> PageAnswer {
    const GUARDS: [(HeaderName, &str); 5] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    for (name, value) in GUARDS {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // What a page shows is of whoever is signed in now.
    answer.headers_mut().entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}
