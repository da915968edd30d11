//! The nearest thing that others have, moto in server mode, beside Ramward: the same load generator, the same numbers of
//! users, the operations that both have.
//!
//! `./check.sh bench-peers` installs moto and runs this with `--quick`; `cargo bench --bench peers` then measures and
//! writes docs/benchmarks.md.

#[path = "../shared/clock.rs"]
mod clock;
#[path = "../shared/data.rs"]
mod data;
#[path = "../shared/load.rs"]
mod load;
#[path = "../shared/made.rs"]
mod made;
#[path = "../shared/page.rs"]
mod page;
#[path = "../shared/population.rs"]
mod population;
#[path = "../shared/process.rs"]
mod process;
#[path = "../shared/signing.rs"]
mod signing;

mod moto;

use std::path::Path;

use anyhow::{Result, bail, ensure};
use ramward_rpc::sign::Scheme;

use self::data::Folder;
use self::load::Expected;
use self::moto::Moto;
use self::page::{Ratios, Section, Target, tell};
use self::population::Account;
use self::process::{Launch, Server, free_address, ramward_command};
use self::signing::{call, sign};

/// Connections of the load generator; moto's server, one interpreter, does no more with more.
const CONNECTIONS: usize = 8;

/// The sizes of a run.
struct Plan {
    is_quick: bool,
    rounds: usize,
    /// Users of the accounts, one after the other.
    users: [u64; 2],
    /// Requests to Ramward; moto gets as many as take it a few seconds.
    requests: usize,
    moto_requests: usize,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let mut plan =
        Plan { is_quick: false, rounds: 5, users: [10, 10_000], requests: 100_000, moto_requests: 400 };
    for arg in &args {
        match arg.as_str() {
            // What cargo adds.
            "--bench" => {}
            "--quick" => {
                plan = Plan { is_quick: true, rounds: 1, users: [3, 30], requests: 1000, moto_requests: 20 };
            }
            other => bail!("unknown argument {other}: there is --quick"),
        }
    }
    measure(&plan)
}

fn measure(plan: &Plan) -> Result<()> {
    let folder = Folder::new("peers")?;
    let mut section = Section::new("cargo bench -p ramward --bench peers");
    section.say(&format!(
        "{}; {CONNECTIONS} connections; ratios are Ramward over moto, the median of {} rounds and [least–most]. moto checks \
         no signature and keeps nothing on the disk.",
        Moto::version()?,
        plan.rounds
    ));
    section.table();
    for users in plan.users {
        compare(plan, &folder, users, &mut section)?;
    }
    section.end_table();
    section.publish("peers", plan.is_quick)
}

fn compare(plan: &Plan, folder: &Folder, users: u64, section: &mut Section) -> Result<()> {
    let account = Account::new(users, users);
    let data = made::make(folder, &[account])?;
    tell(&format!("{users} users in moto"));
    let (moto_start, moto) = Moto::start()?;
    moto.create_users(users)?;
    let start = start(&data, &account)?;
    let server = Server::ramward(&data, free_address()?, &Launch::anywhere(), &[])?;

    let (mut summary, mut list) = (Ratios::default(), Ratios::default());
    let (mut ours, mut theirs) = ([0.0; 2], [0.0; 2]);
    for _ in 0..plan.rounds {
        let their_summary = moto.rate("GetAccountSummary", plan.moto_requests)?;
        let our_summary = rate(&server, &account, "GetAccountSummary", &[], plan.requests)?;
        // A whole list of ten thousand takes moto most of a second.
        let lists = plan.moto_requests.min(40_000 / usize::try_from(users.max(100))?).max(CONNECTIONS);
        let their_list = moto.rate("ListUsers", lists)?;
        let our_list = rate(&server, &account, "ListUsers", &[("MaxItems", "100")], plan.requests / 10)?;
        tell(&format!(
            "summary {our_summary:.0} / {their_summary:.0}, list {our_list:.0} / {their_list:.0} per second"
        ));
        summary.push(our_summary / their_summary);
        list.push(our_list / their_list);
        (ours, theirs) = ([our_summary, our_list], [their_summary, their_list]);
    }
    let mib = |kib: u64| kib as f64 / 1024.0;
    let (our_memory, their_memory) = (mib(server.memory_kib("VmRSS")?), mib(moto.memory_kib()?));
    server.stop()?;
    moto.stop()?;
    std::fs::remove_dir_all(data)?;

    let per_second = |place: usize| {
        let of = |rates: [f64; 2]| rates.get(place).copied().unwrap_or_default();
        format!("{:.0}/s beside {:.0}/s", of(ours), of(theirs))
    };
    let target = if users >= 10_000 { Target::AtLeast(100.0) } else { Target::None };
    section.row(&format!("GetAccountSummary, {users} users"), &summary, target, &per_second(0));
    section.row(
        &format!("ListUsers, {users} users; 100 a page, moto sends all"),
        &list,
        Target::None,
        &per_second(1),
    );
    let mut over_moto = Ratios::default();
    over_moto.push(start / moto_start);
    let scale = format!("{:.0} ms beside {:.0} ms", start * 1e3, moto_start * 1e3);
    section.row(
        &format!("start to the first answer, with {users} users kept"),
        &over_moto,
        Target::AtMost(1.0),
        &scale,
    );
    let scale = format!("beside {their_memory:.0} MiB; nonces of all requests included");
    section.figure("resident memory afterwards", our_memory, "MiB", Target::None, &scale);
    Ok(())
}

/// The seconds from the start of Ramward on `data` to its first answer.
fn start(data: &Path, account: &Account) -> Result<f64> {
    let address = free_address()?;
    let mut command = ramward_command(&Launch::anywhere());
    command.arg("serve").arg("--data").arg(data).args(["--listen", &address.to_string()]);
    let request = sign(&call(Scheme::V3, "GetAccountSummary", &[]), &account.root_key(0));
    let began = clock::now();
    let server = Server::spawn(command, address)?;
    let reply = load::ask(address, &request)?;
    let took = began.elapsed().as_secs_f64();
    let text = String::from_utf8_lossy(&reply.body).into_owned();
    ensure!(
        reply.status == 200 && text.contains(&format!("\"Users\":{}", account.users)),
        "the summary: {text}"
    );
    server.stop()?;
    Ok(took)
}

fn rate(
    server: &Server,
    account: &Account,
    action: &str,
    params: &[(&str, &str)],
    count: usize,
) -> Result<f64> {
    let request = call(Scheme::V3, action, params);
    let key = account.root_key(0);
    let requests: Vec<_> = (0..count.max(CONNECTIONS)).map(|_| sign(&request, &key)).collect();
    let expected = Expected { head: b"{\"RequestId\":\"".to_vec(), tail: b"}".to_vec() };
    Ok(load::run(server.address, CONNECTIONS, &requests, &expected)?.per_second())
}
