//! Renders the definitions of the command line as the page `docs/reference/command-line.md`.

use clap::CommandFactory;

use super::Cli;

const OPENING: &str = "# Command line

Generated from the definitions in `crates/app/src/cli`; `UPDATE=1 cargo test -p ramward` writes it anew.

Exit codes: 0 done, 1 the answer is \"no\" (a threshold missed, a call refused), 2 trouble. Results go to stdout, everything
else to stderr. The global options, listed with `ramward` itself, go with every command.
";

/// The whole page.
fn page() -> String {
    let mut root = Cli::command().disable_help_subcommand(true).term_width(100);
    root.build();
    let mut page = OPENING.to_owned();
    write(&mut page, &root, "");
    page
}

fn write(page: &mut String, command: &clap::Command, above: &str) {
    let path = format!("{above}{}", command.get_name());
    let mut shown = command.clone();
    if !above.is_empty() {
        shown = shown.mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    }
    let help = shown.render_help().to_string();
    let help: Vec<&str> = help.lines().map(str::trim_end).collect();
    page.push_str(&format!("\n## {path}\n\n```text\n{}\n```\n", help.join("\n").trim_end()));
    for below in command.get_subcommands() {
        write(page, below, &format!("{path} "));
    }
}

#[test]
fn the_reference_page_is_current() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/command-line.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        page,
        "the page is not what the definitions say; run UPDATE=1 cargo test -p ramward and review the difference"
    );
}
