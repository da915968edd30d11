//! Settings that cannot be used: exit code 2 and one line that says where and what to do.

use insta::assert_snapshot;

use crate::command::ramward_without_credentials as ramward;

#[test]
fn a_bad_settings_file_is_named_with_its_line() {
    let run = ramward(&["completions", "bash", "--config", "own.toml"])
        .file("own.toml", "workers = 2\nmax_conections = 5\n");
    assert_snapshot!(run.picture(), @r"
        exit code: 2
        --- stdout ---

        --- stderr ---
        error: own.toml, line 2: there is no setting `max_conections`; remove the line, or see docs/reference/configuration.md for the names
    ");
}

#[test]
fn the_file_in_the_data_directory_is_read() {
    let run = ramward(&["completions", "bash", "--data", "data"])
        .file("data/ramward.toml", "\n\nworkers = \"two\"\n");
    assert_snapshot!(run.picture(), @r"
        exit code: 2
        --- stdout ---

        --- stderr ---
        error: data/ramward.toml, line 3: `workers` must be a whole number, without quotes
    ");
}

#[test]
fn a_bad_variable_is_named() {
    let run = ramward(&["completions", "bash"]).variable("RAMWARD_GRACE", "soon");
    assert_snapshot!(run.picture(), @r#"
        exit code: 2
        --- stdout ---

        --- stderr ---
        error: environment variable RAMWARD_GRACE: `grace` must be a time above zero such as 500ms, 10s or 2m, not "soon"
    "#);
}

#[test]
fn an_option_that_does_not_exist_is_trouble() {
    assert_snapshot!(ramward(&["completions", "bash", "--no-such-option"]).picture(), @r"
        exit code: 2
        --- stdout ---

        --- stderr ---
        error: unexpected argument '--no-such-option' found

          tip: a similar argument exists: '--no-color'

        Usage: ramward completions --no-color <SHELL>

        For more information, try '--help'.
    ");
}
