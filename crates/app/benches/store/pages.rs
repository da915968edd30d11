//! Pages of the console, of an account of ten users and of a large one: how soon they come, and how heavy they are.

use std::path::Path;

use anyhow::{Context, Result};

use crate::at_rest;
use crate::load::{self, Expected};
use crate::page::{Ratios, Section, Target, tell};
use crate::plan::Plan;
use crate::population::Account;
use crate::process::{Launch, Server, free_address};

const PAGES: [(&str, &str); 3] = [
    ("the overview", "/console/overview"),
    ("a page of 50 findings", "/console/findings?Check=users_mfa&MaxItems=50"),
    ("the what-if of a check", "/console/what-if?Repair=account_no_old_key"),
];
/// Pages got one after the other in a round.
const PAGES_A_ROUND: usize = 100;
/// What a page may take, and what it may weigh before compression.
const MOST_MS: f64 = 5.0;
const MOST_KIB: f64 = 100.0;

/// Measures.
///
/// # Errors
/// Nobody can sign in, or a page is refused.
pub fn measure(plan: &Plan, data: &Path, section: &mut Section) -> Result<()> {
    let server = Server::ramward(data, free_address()?, &Launch::anywhere(), &[])?;
    let accounts = [plan.small(), plan.large()];
    let tokens = [sign_in(&server, &accounts[0])?, sign_in(&server, &accounts[1])?];
    for (name, path) in PAGES {
        let mut took = [Ratios::default(), Ratios::default()];
        let mut kib = [0.0; 2];
        let visits = tokens.iter().zip(&mut took).zip(&mut kib);
        for ((token, took), kib) in visits {
            let request = get(path, token);
            let expected = Expected { head: b"<!DOCTYPE html>".to_vec(), tail: b"</html>".to_vec() };
            *kib = load::ask(server.address, &request)?.body.len() as f64 / 1024.0;
            for _ in 0..plan.rounds {
                let requests = vec![request.clone(); PAGES_A_ROUND];
                let run = load::run(server.address, 1, &requests, &expected)?;
                took.push(run.took.as_secs_f64() * 1e3 / PAGES_A_ROUND as f64);
            }
        }
        let ([few, many], [few_kib, many_kib]) = (took.map(|took| took.median()), kib);
        tell(&format!("{name}: {few:.2} and {many:.2} ms, {few_kib:.1} and {many_kib:.1} KiB"));
        let scale = format!("{few:.2} ms with 10 users; one visitor over loopback, page after page");
        section.figure(&format!("{name}, {} users", plan.users), many, "ms", Target::AtMost(MOST_MS), &scale);
        let scale = format!("{few_kib:.0} KiB with 10 users");
        section.figure(
            &format!("{name}, before compression"),
            many_kib,
            "KiB",
            Target::AtMost(MOST_KIB),
            &scale,
        );
    }
    server.stop()?;
    at_rest::forget_nonces(data)
}

/// Signs in with the root AccessKey; the cookie of the session.
fn sign_in(server: &Server, account: &Account) -> Result<String> {
    let key = account.root_key(0);
    let form = format!("AccessKeyId={}&AccessKeySecret={}", key.id, key.secret.expose());
    let agent: ureq::Agent =
        ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
    let url = format!("http://{}/console/sign-in/key", server.address);
    let answer = agent.post(&url).content_type("application/x-www-form-urlencoded").send(&form)?;
    let cookie = answer.headers().get("set-cookie").context("the sign-in is refused")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

fn get(path: &str, cookie: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n").into_bytes()
}
