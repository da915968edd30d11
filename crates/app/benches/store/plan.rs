//! How large a run is.

use anyhow::{Context, Result, bail};

use crate::population::Account;

/// The sizes of a run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whether it only shows that everything works.
    pub is_quick: bool,
    /// Rounds of what is quick to repeat.
    pub rounds: usize,
    /// Rounds of what takes long.
    pub few_rounds: usize,
    /// Users of the large account.
    pub users: u64,
    /// Requests after which memory is looked at.
    pub requests: usize,
    /// Durable writes of a round.
    pub writes: usize,
    /// Users of the account that is collected.
    pub collected: u64,
    /// Users of the account that is saved and loaded.
    pub saved: u64,
    /// Nonces held.
    pub nonces: u64,
    /// Whether only PostgreSQL is measured.
    pub only_postgres: bool,
    /// Seconds for which each bare statement of PostgreSQL runs.
    pub seconds: u64,
    /// Accounts that are asked once each.
    pub cold: u64,
    /// Accounts, and users of each, whose size is looked at.
    pub shapes: [(u64, u64); 2],
}

impl Plan {
    /// The plan that the arguments ask for.
    ///
    /// # Errors
    /// An argument that means nothing.
    pub fn read(args: &[String]) -> Result<Self> {
        let mut plan = Self {
            is_quick: false,
            rounds: 9,
            few_rounds: 3,
            users: 1_000_000,
            requests: 1_000_000,
            writes: 10_000,
            collected: 20_000,
            saved: 10_000,
            nonces: 4_000_000,
            only_postgres: false,
            seconds: 5,
            cold: 1000,
            shapes: [(100, 10_000), (20_000, 10)],
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut number = || args.next().context("a number is missing")?.parse().context("not a number");
            match arg.as_str() {
                // What cargo adds.
                "--bench" => {}
                "--quick" => {
                    plan = Self {
                        is_quick: true,
                        rounds: 1,
                        few_rounds: 1,
                        users: 500,
                        requests: 1000,
                        writes: 200,
                        collected: 100,
                        saved: 300,
                        nonces: 10_000,
                        only_postgres: plan.only_postgres,
                        seconds: 1,
                        cold: 20,
                        shapes: [(2, 100), (20, 10)],
                    }
                }
                "--users" => plan.users = number()?,
                "--postgres" => plan.only_postgres = true,
                other => bail!("unknown argument {other}: there are --quick, --users N and --postgres"),
            }
        }
        Ok(plan)
    }

    /// The large account.
    pub fn large(&self) -> Account {
        Account::new(1, self.users)
    }

    /// The accounts that are asked once each.
    pub fn cold(&self) -> Vec<Account> {
        (0..self.cold).map(|number| Account::new(1000 + number, 10)).collect()
    }

    /// An account beside it.
    pub fn small(&self) -> Account {
        Account::new(2, 10)
    }
}
