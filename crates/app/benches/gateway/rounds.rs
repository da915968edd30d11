//! The rounds of the gateway harness.

use std::path::Path;

use anyhow::{Context, Result, bail};
use ramward_rpc::request::RequestBuilder;
use ramward_rpc::sign::Scheme;

use crate::at_rest;
use crate::bare;
use crate::cores::{Cores, cpu_ns, start_bare};
use crate::data::Folder;
use crate::load::{self, Expected};
use crate::made;
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::{CONNECTIONS, Plan};
use crate::population::{Account, mix};
use crate::process::{Server, free_address};
use crate::signing::{Key, call, sign};

const ACTION: &str = "GetAccountSecurityPracticeReport";

/// Keys that are asked often enough to stay in memory.
const FEW_KEYS: u64 = 1000;

/// What is measured in each round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scenario {
    /// The bare server, asked for `/`.
    Bare,
    /// The bare server, sent the bytes of a signed RPC 1.0 request, which it does not look at.
    BareSameBytes,
    /// The report of one of the three accounts, always with the same key.
    Report(Scheme, usize),
    /// The report with one of a thousand keys.
    FewKeys,
    /// The report with any of the many keys, most of which are not in memory.
    ManyKeys,
}

impl Scenario {
    const APART: [Self; 10] = [
        Self::Bare,
        Self::Report(Scheme::RpcV1, 0),
        Self::Report(Scheme::V3, 0),
        Self::Report(Scheme::RpcV1, 1),
        Self::Report(Scheme::V3, 1),
        Self::Report(Scheme::RpcV1, 2),
        Self::Report(Scheme::V3, 2),
        Self::BareSameBytes,
        Self::FewKeys,
        Self::ManyKeys,
    ];
    const SHARED: [Self; 3] = [Self::Bare, Self::Report(Scheme::RpcV1, 0), Self::Report(Scheme::V3, 0)];

    /// The scenario of a name, for a profiler.
    fn named(name: &str) -> Result<Self> {
        match name {
            "bare" => Ok(Self::Bare),
            "v1" => Ok(Self::Report(Scheme::RpcV1, 0)),
            "v3" => Ok(Self::Report(Scheme::V3, 0)),
            "few" => Ok(Self::FewKeys),
            "many" => Ok(Self::ManyKeys),
            other => bail!("unknown scenario {other}: there are bare, v1, v3, few, many"),
        }
    }

    fn is_bare(self) -> bool {
        matches!(self, Self::Bare | Self::BareSameBytes)
    }
}

/// What one scenario gave in one round.
#[derive(Debug, Clone, Copy)]
struct Measured {
    scenario: Scenario,
    cpu_ns: f64,
    per_second: f64,
}

/// All rounds of one placement.
struct Results(Vec<Vec<Measured>>);

impl Results {
    /// The ratio of a scenario to another, round by round.
    fn ratios(&self, of: Scenario, to: Scenario, value: fn(&Measured) -> f64) -> Ratios {
        let mut ratios = Ratios::default();
        for round in &self.0 {
            let find = |wanted: Scenario| round.iter().find(|measured| measured.scenario == wanted);
            if let (Some(of), Some(to)) = (find(of), find(to)) {
                ratios.push(value(of) / value(to));
            }
        }
        ratios
    }

    /// The median of a scenario itself.
    fn median(&self, of: Scenario, value: fn(&Measured) -> f64) -> f64 {
        let mut values = Ratios::default();
        for measured in self.0.iter().flatten().filter(|measured| measured.scenario == of) {
            values.push(value(measured));
        }
        values.median()
    }

    fn scale(&self, of: Scenario) -> String {
        let cpu = self.median(of, |measured| measured.cpu_ns) / 1000.0;
        let rate = self.median(of, |measured| measured.per_second) / 1000.0;
        format!("{cpu:.2} µs, {rate:.0}k/s")
    }
}

/// An answer that ends with what follows the RequestId of `body`.
fn like(body: &[u8]) -> Expected {
    const HEAD: &[u8] = b"{\"RequestId\":\"";
    const ID_LEN: usize = 36;
    let tail = body.get(HEAD.len() + ID_LEN..).unwrap_or_default();
    Expected { head: HEAD.to_vec(), tail: tail.to_vec() }
}

/// Measures and publishes.
///
/// # Errors
/// Whatever is not as it must be; nothing is published then.
pub fn measure(plan: &Plan) -> Result<()> {
    let folder = Folder::new("gateway")?;
    let bench = Bench { plan, accounts: plan.accounts(), holders: plan.key_holders() };
    tell("making the accounts");
    let data = made::make(&folder, &[&bench.accounts[..], &bench.holders].concat())?;
    if let Some(name) = &plan.only {
        return bench.rounds(&data, &[Scenario::named(name)?], Cores::Apart).map(drop);
    }
    let apart =
        if Cores::can_be_apart() { Some(bench.rounds(&data, &Scenario::APART, Cores::Apart)?) } else { None };
    let shared = bench.rounds(&data, &Scenario::SHARED, Cores::Shared)?;
    bench.publish(apart.as_ref(), &shared)
}

struct Bench<'a> {
    plan: &'a Plan,
    accounts: [Account; 3],
    holders: Vec<Account>,
}

impl Bench<'_> {
    fn rounds(&self, data: &Path, scenarios: &[Scenario], cores: Cores) -> Result<Results> {
        cores.place_load()?;
        let mut rounds = Vec::new();
        for number in 0..self.plan.rounds {
            let round = self.round(data, scenarios, cores, number)?;
            let line = |measured: &Measured| format!("{:.2}", measured.cpu_ns / 1000.0);
            tell(&format!(
                "{cores:?} round {}: {} µs",
                number + 1,
                round.iter().map(line).collect::<Vec<_>>().join(" ")
            ));
            rounds.push(round);
            at_rest::forget_nonces(data)?;
        }
        Cores::Shared.place_load()?;
        Ok(Results(rounds))
    }

    fn round(
        &self,
        data: &Path,
        scenarios: &[Scenario],
        cores: Cores,
        number: usize,
    ) -> Result<Vec<Measured>> {
        let server = Server::ramward(data, free_address()?, &cores.launch(), &[])?;
        let body =
            load::ask(server.address, &self.requests(Scenario::Report(Scheme::V3, 0), 1, 0).concat())?.body;
        let text = String::from_utf8(body.clone()).context("the report is JSON")?;
        let bare = start_bare(free_address()?, cores, &text)?;

        let mut measured: Vec<Measured> = Vec::new();
        // Each round begins elsewhere, so that none always finds the fewest nonces or the coldest processor.
        let turned = scenarios.iter().cycle().skip(number * 3).take(scenarios.len());
        for scenario in turned {
            let under_test = if scenario.is_bare() { &bare } else { &server };
            let expected = self.expected(*scenario, under_test, &body)?;
            // A thousand keys come into memory by being asked once each; the many never do.
            let warm_up = if *scenario == Scenario::FewKeys { 20_000 } else { 2_000 };
            let warm_up = self.requests(*scenario, warm_up.min(self.plan.requests * 2), 1);
            load::run(under_test.address, CONNECTIONS, &warm_up, &expected)?;
            let requests = self.requests(*scenario, self.plan.requests, 2 + number as u64);
            let before = cpu_ns(under_test)?;
            let run = load::run(under_test.address, CONNECTIONS, &requests, &expected)?;
            let cpu_ns = (cpu_ns(under_test)? - before) as f64 / run.requests as f64;
            measured.push(Measured { scenario: *scenario, cpu_ns, per_second: run.per_second() });
        }
        bare.kill()?;
        server.stop()?;
        Ok(measured)
    }

    /// What the answers of a scenario look like; asked of the server itself once, and checked to be a report.
    fn expected(&self, scenario: Scenario, server: &Server, bare: &[u8]) -> Result<Expected> {
        if scenario.is_bare() {
            return Ok(Expected { head: Vec::new(), tail: bare.to_vec() });
        }
        let reply = load::ask(server.address, &self.requests(scenario, 1, 0).concat())?;
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        let users = match scenario {
            Scenario::Report(_, place) => self.accounts.get(place).map_or(0, |account| account.users),
            _ => 0,
        };
        let is_report = reply.status == 200 && text.contains(&format!("\"SubUser\":{users},"));
        anyhow::ensure!(is_report, "not the report of {users} users: {text}");
        Ok(like(&reply.body))
    }

    /// Fresh requests of a scenario; `seed` chooses the keys.
    fn requests(&self, scenario: Scenario, count: usize, seed: u64) -> Vec<Vec<u8>> {
        let address = ([127, 0, 0, 1], 80).into();
        let v1 = call(Scheme::RpcV1, ACTION, &[]);
        let many = |keys: u64| -> Vec<Vec<u8>> {
            let any = |number: usize| {
                let place = mix(&[number as u64, seed]) % keys.max(1);
                sign(&v1, &self.holder_key(place))
            };
            (0..count).map(any).collect()
        };
        let one = |request: &RequestBuilder, account: usize| -> Vec<Vec<u8>> {
            let key = self.accounts.get(account).map(|account| account.root_key(0));
            key.map(|key| (0..count).map(|_| sign(request, &key)).collect()).unwrap_or_default()
        };
        match scenario {
            Scenario::Bare => vec![bare::plain(address); count],
            Scenario::BareSameBytes => one(&v1, 0),
            Scenario::Report(scheme, account) => one(&call(scheme, ACTION, &[]), account),
            Scenario::FewKeys => many(FEW_KEYS.min(self.plan.keys())),
            Scenario::ManyKeys => many(self.plan.keys()),
        }
    }

    /// One of the many keys; those near each other belong to different accounts.
    fn holder_key(&self, place: u64) -> Key {
        let (accounts, _) = self.plan.many;
        let holder = usize::try_from(place % accounts.max(1)).unwrap_or_default();
        let holder = self.holders.get(holder).expect("a remainder is below the number of accounts");
        holder.root_key(place / accounts.max(1))
    }

    fn publish(&self, apart: Option<&Results>, shared: &Results) -> Result<()> {
        let (v1, v3) = (Scenario::Report(Scheme::RpcV1, 0), Scenario::Report(Scheme::V3, 0));
        let cpu = |measured: &Measured| measured.cpu_ns;
        let rate = |measured: &Measured| measured.per_second;
        let plan = self.plan;
        let mut section = Section::new("cargo bench -p ramward --bench gateway");
        section.say(&format!(
            "{} rounds of {} requests each over {CONNECTIONS} connections; the median ratio and [least–most]. \
             Scale: processor time per request and requests per second, medians.",
            plan.rounds, plan.requests
        ));
        section.table();
        if let Some(apart) = apart {
            let [_, middle, large] = plan.users;
            let of_bare = apart.median(Scenario::Bare, cpu) / 1000.0;
            let words = "bare axum, asked for `/`, which everything below is a ratio to";
            section.figure(words, of_bare, "µs", Target::None, &apart.scale(Scenario::Bare));
            let mut row = |what: &str, of: Scenario, to: Scenario, target: Target| {
                section.row(what, &apart.ratios(of, to, cpu), target, &apart.scale(of));
            };
            let bare = Scenario::Bare;
            row(
                "bare axum, sent the bytes of a signed RPC 1.0 request",
                Scenario::BareSameBytes,
                bare,
                Target::None,
            );
            row("report, RPC 1.0, processor time", v1, bare, Target::AtMost(1.5));
            row("report, V3, processor time", v3, bare, Target::AtMost(1.6));
            for (place, users) in [(1, middle), (2, large)] {
                for (name, scheme) in [("RPC 1.0", Scheme::RpcV1), ("V3", Scheme::V3)] {
                    let of = Scenario::Report(scheme, place);
                    let words = format!("report, {name}, {users} users over 10 users");
                    row(&words, of, Scenario::Report(scheme, 0), Target::AtMost(1.1));
                }
            }
            row("report, 1000 keys at random over one key", Scenario::FewKeys, v1, Target::None);
            let words =
                format!("report, any of {} keys (read from the store) over a key in memory", plan.keys());
            row(&words, Scenario::ManyKeys, Scenario::FewKeys, Target::AtMost(2.0));
            for (words, of) in [("RPC 1.0", v1), ("V3", v3)] {
                let words = format!("requests per second, {words}, pinned");
                section.row(&words, &apart.ratios(of, bare, rate), Target::AtLeast(0.65), &apart.scale(of));
            }
        }
        for (words, of) in [("RPC 1.0", v1), ("V3", v3)] {
            let words = format!("requests per second, {words}, both cores shared with the load");
            let ratios = shared.ratios(of, Scenario::Bare, rate);
            section.row(&words, &ratios, Target::AtLeast(0.85), &shared.scale(of));
        }
        section.end_table();
        section.publish("gateway", plan.is_quick)
    }
}
