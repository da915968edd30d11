//! Saving and loading the whole store, beside copying its file durably.

use std::fs::File;
use std::time::Instant;

use anyhow::{Result, ensure};
use ramward_domain::identity::label::Label;
use ramward_domain::store::tables::accounts;
use ramward_domain::store::{Store, StoreError, Total};
use ramward_domain::time::{Clock, SystemClock};

use crate::at_rest;
use crate::clock::now;
use crate::data::{self, Folder};
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;
use crate::population::Account;

/// Measures.
///
/// # Errors
/// The store refuses, or is not what was saved.
pub fn measure(plan: &Plan, folder: &Folder, section: &mut Section) -> Result<()> {
    let account = Account::new(8, plan.saved);
    let (state, data) = (folder.join("saved.jsonl"), folder.join("saved"));
    data::write_state(&state, &[account], SystemClock.now())?;
    data::import(&data, &state)?;
    let (store, _seal) = at_rest::open(&data)?;
    let name = Label::parse("one").map_err(|_| anyhow::anyhow!("a label"))?;
    let (mut saves, mut loads, mut slowest) = (Ratios::default(), Ratios::default(), 0.0_f64);
    for _ in 0..plan.rounds {
        let save = seconds(|| Ok(store.save_snapshot(&name)?))?;
        let load = seconds(|| {
            ensure!(store.load_snapshot(&name)?, "there is no snapshot");
            Ok(())
        })?;
        ensure!(users(&store)? == plan.saved, "not all users came back");
        let bare = seconds(|| {
            let copy = folder.join("copy.db");
            std::fs::copy(data.join("ramward.db"), &copy)?;
            Ok(File::open(&copy)?.sync_all()?)
        })?;
        tell(&format!("save {save:.3} s, load {load:.3} s, copying the file {bare:.3} s"));
        saves.push(save / bare);
        loads.push(load / bare);
        slowest = slowest.max(save).max(load);
    }
    let of = format!("of a store of {} users", plan.saved);
    section.row(&format!("saving a snapshot {of}, over copying the file durably"), &saves, Target::None, "");
    section.row(&format!("loading a snapshot {of}, over copying the file durably"), &loads, Target::None, "");
    section.figure(&format!("the slowest save or load {of}"), slowest, "s", Target::AtMost(1.0), "");
    Ok(())
}

fn seconds(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let began: Instant = now();
    work()?;
    Ok(began.elapsed().as_secs_f64())
}

fn users(store: &Store) -> Result<u64> {
    let found: Result<_, StoreError> = store.read(|tx| accounts::list(tx, None, 1));
    let users = found?.first().map_or(0, |account| account.totals.get(Total::Users));
    Ok(users.unsigned_abs())
}
