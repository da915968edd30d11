//! A command that runs: waited for while something else is served, and told when this process is told to end.

use std::convert::Infallible;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};

use anyhow::Context as _;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::signal::unix::{SignalKind, signal};

/// Waits for the end of `child` and serves `beside` meanwhile: the code to end with.
///
/// SIGTERM is handed on to the child. Ctrl-C reaches it from the terminal, so this process only waits for what it makes of
/// it.
pub fn wait(
    mut child: Child,
    beside: impl Future<Output = anyhow::Result<Infallible>>,
) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let status = runtime.context("the system does not let the command be watched")?.block_on(async {
        let mut ended = signal(SignalKind::child())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut beside = std::pin::pin!(beside);
        loop {
            // Asked first, because it may have ended before anybody listened.
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            tokio::select! {
                _ = ended.recv() => {}
                _ = terminate.recv() => pass_on(&child, Signal::SIGTERM),
                _ = interrupt.recv() => {}
                served = &mut beside => match served? {},
            }
        }
    });
    if status.is_err() {
        // Nothing of what the command calls is there any more.
        let _may_be_gone = child.kill();
        let _reaped = child.wait();
    }
    status.map(code)
}

fn pass_on(child: &Child, signal: Signal) {
    // It is not yet waited for, so its number is still its own.
    if let Ok(id) = i32::try_from(child.id()) {
        let _may_be_gone = kill(Pid::from_raw(id), signal);
    }
}

/// As shells tell it.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(2);
    u8::try_from(code).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    fn wait_for(script: &str) -> anyhow::Result<u8> {
        let child = Command::new("sh").args(["-c", script]).spawn().unwrap();
        wait(child, std::future::pending())
    }

    #[test]
    fn the_code_is_the_commands() {
        for (script, code) in
            [("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("kill -TERM $$", 143), ("kill -KILL $$", 137)]
        {
            assert_eq!(wait_for(script).unwrap(), code, "{script}");
        }
    }

    #[test]
    fn a_command_does_not_outlive_what_it_calls() {
        let child =
            Command::new("sh").args(["-c", "exec cat"]).stdin(std::process::Stdio::piped()).spawn().unwrap();
        let error = wait(child, async { anyhow::bail!("the way is gone") }).unwrap_err();
        assert_eq!(error.to_string(), "the way is gone");
    }
}
