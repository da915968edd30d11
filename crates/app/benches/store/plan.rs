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
                    }
                }
                "--users" => plan.users = number()?,
                other => bail!("unknown argument {other}: there are --quick and --users N"),
            }
        }
        Ok(plan)
    }

    /// The large account.
    pub fn large(&self) -> Account {
        Account::new(1, self.users)
    }

    /// An account beside it.
    pub fn small(&self) -> Account {
        Account::new(2, 10)
    }
}
