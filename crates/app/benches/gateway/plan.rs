//! How large a run is.

use anyhow::{Context, Result, bail};

use crate::population::Account;

/// The sizes of a run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whether it only shows that everything works.
    pub is_quick: bool,
    /// Rounds; each has fresh processes.
    pub rounds: usize,
    /// Requests of a scenario in a round.
    pub requests: usize,
    /// Users of the three accounts.
    pub users: [u64; 3],
    /// If set, only this scenario, again and again, for a profiler to look at; nothing is published.
    pub only: Option<String>,
    /// Accounts whose root keys are asked at random, and keys of each.
    pub many: (u64, u64),
}

/// Connections of the load generator.
pub const CONNECTIONS: usize = 64;

impl Plan {
    /// The plan that the arguments ask for.
    ///
    /// # Errors
    /// An argument that means nothing.
    pub fn read(args: &[String]) -> Result<Self> {
        let mut plan = Self {
            is_quick: false,
            rounds: 7,
            requests: 100_000,
            users: [10, 10_000, 1_000_000],
            only: None,
            many: (1000, 2000),
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
                        requests: 500,
                        users: [10, 100, 300],
                        only: None,
                        many: (3, 100),
                    };
                }
                "--users" => plan.users[2] = number()?,
                "--rounds" => plan.rounds = usize::try_from(number()?)?,
                "--requests" => plan.requests = usize::try_from(number()?)?,
                "--only" => plan.only = args.next().cloned(),
                other => bail!(
                    "unknown argument {other}: there are --quick, --users N, --rounds N, --requests N, --only NAME"
                ),
            }
        }
        Ok(plan)
    }

    /// The three accounts.
    pub fn accounts(&self) -> [Account; 3] {
        let mut number = 0;
        self.users.map(|users| {
            number += 1;
            Account::new(number, users)
        })
    }

    /// How many those keys are.
    pub fn keys(&self) -> u64 {
        self.many.0 * self.many.1
    }

    /// The accounts with the many root keys.
    pub fn key_holders(&self) -> Vec<Account> {
        (0..self.many.0)
            .map(|number| Account { root_keys: self.many.1, ..Account::new(1000 + number, 0) })
            .collect()
    }
}
