//! Renders the table of settings as the reference page.

#[cfg(test)]
use super::table::{SCOPES, SETTINGS, Setting};
#[cfg(test)]
use super::value::Kind;

/// The page `docs/reference/configuration.md`.
#[cfg(test)]
pub(super) fn page() -> String {
    let mut page = String::from(
        "# Settings\n\n\
         Generated from `crates/app/src/config/table.rs`; `UPDATE=1 cargo test -p ramward` writes it anew.\n\n\
         A later source wins: `ramward.toml` in the data directory (or the file of `--config`, `RAMWARD_CONFIG`), then the\n\
         environment, then flags. In the file: one `name = value` a line; a name that is not below is refused with its line.\n\
         Times are written `500ms`, `10s`, `2m`; sizes `65536`, `64KiB`, `1MiB`. Secrets have no flag, because other processes\n\
         can see flags. \"Global options\" are those of every command, the others those of `serve`.\n",
    );
    for (scope, title) in SCOPES {
        page.push_str(&format!("\n## {title}\n\n| Name | Value | Default | Environment | Flag | Meaning |\n| --- | --- | --- | --- | --- | --- |\n"));
        for setting in SETTINGS.iter().filter(|setting| setting.scope == *scope) {
            page.push_str(&row(setting));
        }
    }
    page
}

#[cfg(test)]
fn row(setting: &Setting) -> String {
    let value = match setting.kind {
        Kind::Choice(words) => words.join(", "),
        Kind::Switch => "true, false".to_owned(),
        kind => kind.placeholder().to_lowercase(),
    };
    let default = if setting.default.is_empty() { String::new() } else { format!("`{}`", setting.default) };
    let flag = setting.flag().map(|flag| format!("`{flag}`")).unwrap_or_default();
    format!(
        "| `{}` | {value} | {default} | `{}` | {flag} | {} |\n",
        setting.name,
        setting.variable(),
        setting.doc
    )
}
