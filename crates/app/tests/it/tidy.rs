//! House law that no compiler holds: the length and form of files, what may stand where, who may use whom.
//!
//! Reads the repository as text and knows nothing of what it does. To add a rule: one function from a file to
//! its offences, one test that runs it over the files it is for.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 500;

/// Folders that hold what others wrote or what a build left behind.
const NOT_OURS: &[&str] = &[".git", ".tools", "target", "node_modules", "__pycache__"];

/// A text file of this repository, its path relative to the root.
struct File {
    path: PathBuf,
    text: String,
}

impl File {
    fn has_extension(&self, wanted: &[&str]) -> bool {
        self.path.extension().and_then(OsStr::to_str).is_some_and(|found| wanted.contains(&found))
    }

    fn is_under(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    /// The lines that a predicate dislikes, as `path:line: reason`.
    fn offences(&self, reason: &str, dislikes: impl Fn(&str) -> bool) -> Vec<String> {
        let lines = self.text.lines().enumerate().filter(|(_, line)| dislikes(line));
        lines.map(|(at, _)| format!("{}:{}: {reason}", self.path.display(), at + 1)).collect()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn walk(folder: &Path, found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("the repository's folders can be listed") {
        let path = entry.expect("a listed entry can be read").path();
        let name = path.file_name().and_then(OsStr::to_str).expect("file names are UTF-8");
        if path.is_symlink() || NOT_OURS.contains(&name) {
            continue;
        }
        if path.is_dir() {
            walk(&path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let path = path.strip_prefix(root()).expect("the walk began at the root").to_path_buf();
            found.push(File { path, text });
        }
    }
}

fn files() -> Vec<File> {
    let mut found = Vec::new();
    walk(&root(), &mut found);
    assert!(found.iter().any(|file| file.path == Path::new("Cargo.toml")), "the walk misses the repository");
    found
}

fn rust_files() -> Vec<File> {
    let mut found = files();
    found.retain(|file| file.has_extension(&["rs"]));
    assert!(found.len() > 3, "the walk misses the source");
    found
}

/// This file spells what it forbids, so the rules about words pass it by.
fn spells_the_law(file: &File) -> bool {
    file.path.ends_with(Path::new(file!()).file_name().expect("a source file has a name"))
}

fn expect_none(offences: Vec<String>) {
    assert!(offences.is_empty(), "{} offences:\n{}", offences.len(), offences.join("\n"));
}

#[test]
fn no_rust_file_is_longer_than_a_reader_keeps_in_mind() {
    let too_long = |file: &File| {
        let lines = file.text.lines().count();
        (lines > MAX_LINES)
            .then(|| format!("{}: {lines} lines, at most {MAX_LINES}: split it by noun", file.path.display()))
    };
    expect_none(rust_files().iter().filter_map(too_long).collect());
}

#[test]
fn every_rust_file_opens_by_saying_what_it_is() {
    let silent = |file: &File| {
        (!file.text.starts_with("//!")).then(|| format!("{}: no `//!` header", file.path.display()))
    };
    expect_none(rust_files().iter().filter_map(silent).collect());
}

#[test]
fn no_file_has_a_name_that_says_nothing() {
    let empty_names = ["util", "utils", "helper", "helpers", "common", "misc", "manager"];
    let says_nothing = |file: &File| {
        let stem = file.path.file_stem().and_then(OsStr::to_str)?;
        let folder = file.path.parent().and_then(Path::file_name).and_then(OsStr::to_str).unwrap_or_default();
        (empty_names.contains(&stem) || empty_names.contains(&folder))
            .then(|| format!("{}: name it after its noun", file.path.display()))
    };
    expect_none(files().iter().filter_map(says_nothing).collect());
}

#[test]
fn text_is_clean_at_its_edges() {
    let written_by_hand = ["rs", "py", "js", "sh", "toml", "md", "sql"];
    let mut offences = Vec::new();
    for file in files().iter().filter(|file| file.has_extension(&written_by_hand)) {
        offences.extend(file.offences("white space at the end of the line", |line| line.trim_end() != line));
        offences.extend(file.offences("a tab", |line| line.contains('\t')));
        if !file.text.is_empty() && (!file.text.ends_with('\n') || file.text.ends_with("\n\n")) {
            offences.push(format!("{}: must end with one line feed", file.path.display()));
        }
    }
    expect_none(offences);
}

#[test]
fn nothing_is_put_off_or_passed_over() {
    let mut offences = Vec::new();
    for file in rust_files().iter().filter(|file| !spells_the_law(file)) {
        offences
            .extend(file.offences("a test that does not run is no test", |line| line.contains("#[ignore")));
        offences.extend(file.offences("use `expect` with a reason", |line| {
            line.contains("#[allow(") || line.contains("#![allow(")
        }));
        offences.extend(file.offences("do it or file it", |line| {
            ["TODO", "FIXME", "todo!(", "unimplemented!("].iter().any(|word| line.contains(word))
        }));
    }
    expect_none(offences);
}

#[test]
fn sql_stands_in_the_store_only() {
    let begins =
        ["SELECT ", "INSERT INTO ", "INSERT OR ", "DELETE FROM ", "CREATE TABLE ", "PRAGMA ", "BEGIN "];
    let is_sql = |line: &str| {
        let text = line.trim_start().trim_start_matches(['r', '#', '"']);
        let in_a_literal = line.contains('"') || !line.trim_start().starts_with("//");
        in_a_literal
            && begins.iter().any(|begin| text.starts_with(begin) || line.contains(&format!("\"{begin}")))
    };
    let mut offences = Vec::new();
    for file in rust_files().iter().filter(|file| !spells_the_law(file)) {
        if !file.is_under("crates/domain/src/store") && !file.is_under("crates/domain/tests") {
            offences.extend(file.offences("SQL outside the store", is_sql));
        }
    }
    expect_none(offences);
}

/// The modules of each crate, highest row first: a module may use those of its own row and of the rows below.
const LAYERS: &[(&str, &[&[&str]])] = &[
    (
        "crates/rpc/src",
        &[
            &["api", "items", "reference", "request", "sign"],
            &["shape"],
            &["error", "params"],
            &["json", "percent", "value", "xml"],
        ],
    ),
    (
        "crates/domain/src",
        &[
            &["service"],
            &["ops"],
            &["authz", "settings"],
            &["authn", "endpoint", "report", "state"],
            &["store"],
            &["arn", "identity", "policy"],
            &["entropy", "ids", "time", "workers"],
        ],
    ),
];

/// The modules of its crate that a line names, as `crate::one` or `crate::{one, two::…}`.
fn modules_used(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for after in line.split("crate::").skip(1) {
        let list = after.strip_prefix('{').map_or(after, |list| list.split('}').next().unwrap_or(list));
        let items = if after.starts_with('{') { list.split(',').collect() } else { vec![list] };
        for item in items {
            let item = item.trim_start();
            let end = item.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(item.len());
            found.extend(item.get(..end).filter(|name| !name.is_empty()));
        }
    }
    found
}

/// The lines that declare a module for tests only: `mod name;` or `mod name {` after `#[cfg(test)]`.
fn test_modules(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().map(str::trim).enumerate();
    let pairs = lines.clone().zip(lines.skip(1));
    pairs.filter(|((_, first), _)| *first == "#[cfg(test)]").filter_map(|(_, (at, line))| {
        let name = line.split_once("mod ").map(|(_, name)| name)?;
        Some((at, name))
    })
}

/// The file without its tests, which stand at its end and may use what they like.
fn without_tests(text: &str) -> String {
    let tests = test_modules(text).find(|(_, name)| name.ends_with('{'));
    text.lines()
        .take(tests.map_or(usize::MAX, |(at, _)| at))
        .fold(String::new(), |kept, line| kept + line + "\n")
}

/// The paths, less their extension, of modules in files of their own that are for tests only.
fn test_files(files: &[File]) -> Vec<PathBuf> {
    let declared = files.iter().flat_map(|file| {
        let is_folder =
            ["mod", "lib", "main"].iter().any(|stem| file.path.file_stem() == Some(OsStr::new(stem)));
        let folder = if is_folder { file.path.with_file_name("") } else { file.path.with_extension("") };
        test_modules(&file.text)
            .filter_map(|(_, name)| name.strip_suffix(';'))
            .map(move |name| folder.join(name))
            .collect::<Vec<_>>()
    });
    declared.collect()
}

#[test]
fn a_module_uses_only_its_own_row_and_the_rows_below() {
    let mut offences = Vec::new();
    let all = rust_files();
    let tests = test_files(&all);
    assert!(tests.contains(&PathBuf::from("crates/domain/src/testing")), "what tests share is not found");
    let is_test = |file: &File| tests.iter().any(|test| file.path.with_extension("").starts_with(test));
    for (source, rows) in LAYERS {
        let row_of = |name: &str| rows.iter().position(|row| row.contains(&name));
        for file in all.iter().filter(|file| file.is_under(source) && !is_test(file)) {
            let inside = file.path.strip_prefix(source).expect("the file is under the folder");
            let first = inside.iter().next().and_then(OsStr::to_str).expect("a file has a path");
            let module = first.trim_end_matches(".rs");
            if module == "lib" {
                continue;
            }
            let Some(row) = row_of(module) else {
                offences.push(format!("{}: give {module} its place in LAYERS", file.path.display()));
                continue;
            };
            let reaches_up = |line: &str| {
                let code = line.split("//").next().unwrap_or(line);
                // A list that goes on in the next line would escape this reader: one `use` a module, then.
                code.trim_end().ends_with("crate::{")
                    || modules_used(code)
                        .into_iter()
                        .any(|used| row_of(used).is_some_and(|other| other < row))
            };
            let code = File { path: file.path.clone(), text: without_tests(&file.text) };
            offences.extend(code.offences(&format!("{module} must not know this module"), reaches_up));
        }
    }
    expect_none(offences);
}

#[test]
fn tests_are_told_from_code() {
    let text = "use a;\n#[cfg(test)]\npub mod shared;\nfn b() {}\n#[cfg(test)]\nmod tests {\n    use c;\n}\n";
    assert_eq!(without_tests(text), "use a;\n#[cfg(test)]\npub mod shared;\nfn b() {}\n#[cfg(test)]\n");
    let file = |path: &str| File { path: path.into(), text: text.to_owned() };
    let found = test_files(&[file("x/src/lib.rs"), file("x/src/noun.rs"), file("x/src/verb/mod.rs")]);
    assert_eq!(found, ["x/src/shared", "x/src/noun/shared", "x/src/verb/shared"].map(PathBuf::from));
}

#[test]
fn used_modules_are_found_in_every_form() {
    assert_eq!(modules_used("use crate::store::Tx;"), ["store"]);
    assert_eq!(modules_used("    let x: crate::ids::UserId = crate::time::now();"), ["ids", "time"]);
    assert_eq!(
        modules_used("use crate::{ids::UserId, store, time::{Day, Clock}};"),
        ["ids", "store", "time", "Clock"]
    );
    assert_eq!(modules_used("use ramward_rpc::error;"), [""; 0]);
}
