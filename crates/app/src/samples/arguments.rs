//! What was typed for the parameters of a call, as values. Knows no language.

/// Whether a parameter's value must not stand in a text that is copied around: code takes it from the environment.
pub fn is_secret(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.ends_with("Password")
}
