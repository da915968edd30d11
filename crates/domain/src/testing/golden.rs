//! Tables that are an interface: kept as files, changed on purpose only (`UPDATE=1` rewrites them), and reviewed as such.

use std::path::PathBuf;

/// Compares `text` with the golden file `name`, or rewrites the file if `UPDATE` is set.
pub fn assert_golden(name: &str, text: &str) {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "tests", "golden", name].iter().collect();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    if golden == text {
        return;
    }
    let line = golden.lines().zip(text.lines()).position(|(kept, now)| kept != now);
    let line = line.unwrap_or_else(|| golden.lines().count().min(text.lines().count()));
    let at = |text: &str| text.lines().nth(line).unwrap_or("<end>").to_owned();
    panic!(
        "{} differs from line {} on; if that is meant, run the test with UPDATE=1\n  kept: {}\n  now:  {}",
        path.display(),
        line + 1,
        at(&golden),
        at(text),
    );
}
