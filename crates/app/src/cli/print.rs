//! Where output goes: results to stdout, everything else to stderr. Knows no command.

use std::io::{self, IsTerminal, Write};

/// Writes a result to stdout. A reader that has gone away (`| head`) wants no more, which is no trouble.
pub fn result(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to standard output"))
        }
        _ => Ok(()),
    }
}

/// Writes the body of an answer byte for byte; on a terminal with a line feed after it, so that the prompt stands alone.
pub fn body(bytes: &[u8]) -> anyhow::Result<()> {
    result(bytes)?;
    if io::stdout().is_terminal() && !bytes.ends_with(b"\n") {
        result(b"\n")?;
    }
    Ok(())
}

/// Writes a line to stderr. If even that fails, nobody is there to be told.
pub fn note(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// A text from a server as it may stand on a terminal: without control characters, which could move the cursor.
pub fn tame(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
