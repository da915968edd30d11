//! What the store takes in, how soon it answers, how fast it writes durably: each beside the barest thing that does the
//! same on the same disk in the same minute.
//!
//! `cargo bench --bench store` measures and writes docs/benchmarks.md; with `-- --quick` it only shows that it works.
//! `-- --users N` makes the file another size. PostgreSQL is measured where there is one, as
//! `tests/postgresql/run --durable` starts it; `-- --postgres` measures nothing else.

#[path = "../shared/at_rest.rs"]
mod at_rest;
#[path = "../shared/bare.rs"]
mod bare;
#[path = "../shared/clock.rs"]
mod clock;
#[path = "../shared/data.rs"]
mod data;
#[path = "../shared/load.rs"]
mod load;
#[path = "../shared/page.rs"]
mod page;
#[path = "../shared/population.rs"]
mod population;
#[path = "../shared/process.rs"]
mod process;
#[path = "../shared/signing.rs"]
mod signing;

mod bare_rows;
mod collecting;
mod direct;
mod explaining;
mod idle;
mod importing;
mod nonces;
mod pages;
mod plan;
mod postgres;
mod serving;
mod snapshots;
mod writing;

use std::path::Path;

use anyhow::{Context, Result};

use self::data::Folder;
use self::direct::Direct;
use self::page::{Section, tell};
use self::plan::Plan;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |place: usize| args.get(place).map(String::as_str).context("an argument of the role");
    match args.first().map(String::as_str) {
        Some(bare::ROLE) => bare::serve(arg(1)?.parse()?, arg(2)?.parse()?, arg(3)?),
        Some(bare_rows::ROLE) => bare_rows::insert(Path::new(arg(1)?), arg(2)?.parse()?),
        Some(nonces::ROLE) => nonces::hold(arg(1)?.parse()?),
        _ => measure(&Plan::read(&args)?),
    }
}

fn measure(plan: &Plan) -> Result<()> {
    let folder = Folder::new("store")?;
    if plan.only_postgres {
        return postgres::measure(plan, &folder);
    }
    let mut section = Section::new("cargo bench -p ramward --bench store");
    section.say("The median ratio and [least–most] of several rounds, or a number with its unit.");
    section.table();
    tell("an empty server");
    idle::measure(plan, &folder, &mut section)?;
    tell("import");
    let data = importing::measure(plan, &folder, &mut section)?;
    tell("start");
    serving::starts(plan, &data, &mut section)?;
    tell("memory");
    serving::memory(plan, &data, &mut section)?;
    tell("what is asked about a report");
    explaining::measure(plan, &data, &mut section)?;
    tell("pages of the console");
    pages::measure(plan, &data, &mut section)?;
    tell("writes");
    writing::rates(plan, &data, &folder, &mut section)?;
    tell("reports between writes");
    writing::reports(Direct::open(&data)?, &plan.large(), plan.writes, &mut section)?;
    tell("reports beside writers");
    serving::beside_writers(plan, &data, &mut section)?;
    tell("collect");
    collecting::measure(plan, &folder, &mut section)?;
    tell("snapshots");
    snapshots::measure(plan, &folder, &mut section)?;
    tell("nonces");
    nonces::measure(plan, &mut section)?;
    section.end_table();
    section.publish("store", plan.is_quick)?;
    postgres::measure(plan, &folder)
}
