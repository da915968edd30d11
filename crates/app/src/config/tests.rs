//! The table against its sources and its page.

use std::collections::HashMap;

use super::*;

fn load(
    config: Option<&Path>,
    variables: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Result<Settings, ConfigError> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    Settings::load(config, |name| variables.get(name).map(|text| (*text).to_owned()), &[&Given::of(flags)])
}

#[test]
fn names_are_unique_and_sound() {
    for (index, setting) in SETTINGS.iter().enumerate() {
        assert!(
            setting.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{}",
            setting.name
        );
        assert!(!setting.doc.ends_with('.'), "{}", setting.name);
        assert!(SETTINGS.iter().skip(index + 1).all(|other| other.name != setting.name), "{}", setting.name);
    }
    assert!(SETTINGS.iter().all(|setting| setting.name != "config"), "taken by the file's own flag");
}

#[test]
fn every_default_is_readable_and_written_to_its_own_field() {
    let defaults = Settings::defaults();
    for setting in SETTINGS.iter().filter(|setting| !setting.default.is_empty()) {
        // Writing the default again must change nothing; writing it to another row's field would.
        let mut again = defaults.clone();
        (setting.set)(&mut again, setting.default).unwrap();
        assert_eq!(format!("{again:?}"), format!("{defaults:?}"), "{}", setting.name);
    }
}

#[test]
fn the_services_own_defaults_are_the_tables() {
    let own = ramward_domain::settings::Settings::default();
    assert_eq!(format!("{:?}", Settings::defaults().domain), format!("{own:?}"));
}

#[test]
fn flags_win_over_environment_over_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("settings.toml");
    std::fs::write(&file, "max_connections = 1\nworkers = 1\ngrace = \"1s\"\ndata = \"/from/file\"\n")
        .unwrap();
    let settings = load(
        Some(&file),
        &[("RAMWARD_WORKERS", "2"), ("RAMWARD_GRACE", "2s"), ("RAMWARD_LOG", "")],
        &[("grace", "3s")],
    )
    .unwrap();
    assert_eq!((settings.max_connections, settings.workers, settings.grace.as_secs()), (1, 2, 3));
    assert_eq!(settings.data, Path::new("/from/file"));
    assert_eq!(settings.log.to_string(), "info", "an empty variable is an absent one");
}

#[test]
fn the_data_directory_brings_its_own_file_which_cannot_move_it() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("ramward.toml"), "workers = 7\ndata = \"/elsewhere\"\n").unwrap();
    let settings = load(None, &[("RAMWARD_DATA", directory.path().to_str().unwrap())], &[]).unwrap();
    assert_eq!((settings.workers, settings.data.as_path()), (7, directory.path()));
}

#[test]
fn a_public_address_is_scheme_and_host() {
    let public = |text: &str| load(None, &[], &[("data", "/nowhere"), ("public_url", text)]);
    for (text, kept) in
        [("https://Ramward.example/", "https://ramward.example"), ("http://[::1]:8080", "http://[::1]:8080")]
    {
        assert_eq!(public(text).unwrap().domain.public_url.as_deref(), Some(kept));
    }
    for text in
        ["ramward.example", "https://", "https://a/b", "ftp://a", "https://me@a", "https://a b", "https://:1"]
    {
        let error = public(text).unwrap_err().to_string();
        assert!(error.starts_with("option --public-url: `public_url` must be http://"), "{text}: {error}");
    }
}

#[test]
fn a_bad_value_names_its_place() {
    let error = load(None, &[("RAMWARD_LISTEN", "here")], &[("data", "/nowhere")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "environment variable RAMWARD_LISTEN: `listen` must be ADDRESS:PORT such as 127.0.0.1:8686, not \"here\""
    );
    let error = load(None, &[], &[("data", "/nowhere"), ("max_connections", "0")]).unwrap_err();
    assert_eq!(error.to_string(), "option --max-connections: `max_connections` must be at least 1");
    let error = load(Some(Path::new("/nowhere/x.toml")), &[], &[]).unwrap_err();
    assert!(error.to_string().starts_with("cannot read the settings file /nowhere/x.toml: "), "{error}");
}

#[test]
fn a_secret_is_never_shown() {
    let settings =
        load(None, &[("RAMWARD_ROOT_ACCESS_KEY_SECRET", "hunter2hunter2")], &[("data", "/d")]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
    assert_eq!(settings.root_access_key_secret.unwrap().expose(), "hunter2hunter2");
    let settings = load(None, &[("RAMWARD_ROOT_PASSWORD", "hunter2 hunter2")], &[("data", "/d")]).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
    assert_eq!(settings.root_password.unwrap().expose(), "hunter2 hunter2");
}

#[test]
fn the_reference_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/configuration.md");
    let page = reference::page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap_or_default(),
        page,
        "run UPDATE=1 cargo test -p ramward"
    );
}
