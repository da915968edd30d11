//! How fast signed reports are, beside a bare axum server that answers the same bytes: processor time per request and
//! requests per second, in interleaved rounds.
//!
//! `cargo bench --bench gateway` measures and writes docs/benchmarks.md; with `-- --quick` it only shows that it works.
//! `-- --users N` makes the largest account another size.

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

mod cores;
mod plan;
mod rounds;

use anyhow::{Context, Result};

use self::plan::Plan;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let arg = |place: usize| args.get(place).map(String::as_str).context("an argument of the role");
    match args.first().map(String::as_str) {
        Some(bare::ROLE) => bare::serve(arg(1)?.parse()?, arg(2)?.parse()?, arg(3)?),
        _ => rounds::measure(&Plan::read(&args)?),
    }
}
