//! An empty server as a process: how soon it gives its first signed answer and what memory it keeps while nobody asks,
//! beside a bare server that is started the same way; and what its other doors add.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use ramward_rpc::sign::{Scheme, Secret};

use crate::at_rest;
use crate::bare;
use crate::clock::now;
use crate::data::Folder;
use crate::load;
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;
use crate::process::{Launch, Server, free_address, ramward_command};
use crate::signing::{Key, call, sign};

/// What a start took.
struct Start {
    ms: f64,
    /// Resident memory when nothing was asked yet but whether it lives.
    idle_mib: f64,
}

/// Starts of each kind, in turns.
///
/// # Errors
/// A server does not start or does not answer.
pub fn measure(plan: &Plan, folder: &Folder, section: &mut Section) -> Result<()> {
    let data = folder.join("empty");
    let (address, launch) = (free_address()?, Launch::anywhere());
    let first = Server::ramward(&data, address, &launch, &[])?;
    let said: serde_json::Value = serde_json::from_str(&first.greeting)?;
    first.stop()?;
    let text =
        |name: &str| said.get(name).and_then(|value| value.as_str()).context("a first start shows a key");
    let key = Key { id: text("AccessKeyId")?.to_owned(), secret: Secret::from(text("AccessKeySecret")?) };

    let [mut over_bare, mut ms, mut bare_ms, mut doors_ms, mut idle, mut bare_idle, mut doors_idle]: [Ratios;
        7] = Default::default();
    for _ in 0..plan.rounds.max(3) {
        let bare = start_bare()?;
        let own = start(&data, &key, &[])?;
        let doors = start(&data, &key, &["--tls-listen=127.0.0.1:0", "--proxy-listen=127.0.0.1:0"])?;
        tell(&format!(
            "bare {:.1} ms {:.1} MiB, empty {:.1} ms {:.1} MiB, with all doors {:.1} ms {:.1} MiB",
            bare.ms, bare.idle_mib, own.ms, own.idle_mib, doors.ms, doors.idle_mib
        ));
        over_bare.push(own.ms / bare.ms);
        for (to, figure) in [
            (&mut ms, own.ms),
            (&mut bare_ms, bare.ms),
            (&mut doors_ms, doors.ms),
            (&mut idle, own.idle_mib),
            (&mut bare_idle, bare.idle_mib),
            (&mut doors_idle, doors.idle_mib),
        ] {
            to.push(figure);
        }
    }
    let beside = format!("{:.1} ms for a bare server, {over_bare} of it", bare_ms.median());
    let words = "empty store: start of the process to its first signed answer";
    section.figure(words, ms.median(), "ms", Target::AtMost(25.0), &beside);
    section.figure(
        "the same with the HTTPS and CONNECT doors open",
        doors_ms.median(),
        "ms",
        Target::None,
        "",
    );
    let beside = format!(
        "{:.1} MiB for a bare server, {:.1} MiB with all doors",
        bare_idle.median(),
        doors_idle.median()
    );
    section.figure("empty store: idle resident memory", idle.median(), "MiB", Target::AtMost(15.0), &beside);
    Ok(())
}

fn start(data: &Path, key: &Key, doors: &[&str]) -> Result<Start> {
    let address = free_address()?;
    let mut command = ramward_command(&Launch::anywhere());
    command.arg("serve").arg("--data").arg(data).args(["--listen", &address.to_string()]).args(doors);
    let request = sign(&call(Scheme::V3, "GetAccountSecurityPracticeReport", &[]), key);
    // One start to time the first answer, one whose memory no answer has touched.
    let (ms, server) = answered(command, address, &request)?;
    server.stop()?;
    let server = Server::ramward(data, address, &Launch::anywhere(), doors)?;
    let idle_mib = server.memory_kib("VmRSS")? as f64 / 1024.0;
    server.stop()?;
    at_rest::forget_nonces(data)?;
    Ok(Start { ms, idle_mib })
}

fn start_bare() -> Result<Start> {
    let address = free_address()?;
    let command = || -> Result<Command> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args([bare::ROLE, &address.to_string(), &Launch::anywhere().threads.to_string(), "hello"]);
        Ok(command)
    };
    let (ms, server) = answered(command()?, address, &bare::plain(address))?;
    server.kill()?;
    let mut server = Server::spawn(command()?, address)?;
    server.wait_for_greeting()?;
    let idle_mib = server.memory_kib("VmRSS")? as f64 / 1024.0;
    server.kill()?;
    Ok(Start { ms, idle_mib })
}

/// Milliseconds from the start of the process to its answer.
fn answered(command: Command, address: std::net::SocketAddr, request: &[u8]) -> Result<(f64, Server)> {
    let began = now();
    let server = Server::spawn(command, address)?;
    let reply = load::ask(address, request)?;
    let ms = began.elapsed().as_secs_f64() * 1e3;
    ensure!(reply.status == 200, "the first answer: {}", String::from_utf8_lossy(&reply.body));
    Ok((ms, server))
}
