//! `ramward demo`: a server on a throw-away store with the vendor page's sample account, its report asked for over the
//! wire, and the points explained.

use std::sync::Arc;

use anyhow::Context as _;
use ramward_rpc::sign::Secret;
use tokio::sync::Notify;

use super::signed_call::Signer;
use super::{Context, Ending, print, report};
use crate::client::Endpoint;
use crate::config::{Given, ServerFlags, Settings};
use crate::credentials::Credentials;
use crate::log;
use crate::server::Server;

/// The account of the vendor page's sample answer: nine users, one root AccessKey.
const ACME: &str = include_str!("../../../../examples/acme.json");
const ACME_KEY: &str = "LTAIacmeDemoRootKey00001";
const ACME_SECRET: &str = "acmeDemoSecretNotForAnyRealUse";

/// Show a security report of a sample account, without setting anything up
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The server runs on a temporary directory that is removed at the end; nothing of yours is read or changed. It goes on
until Ctrl-C, so that your own client can call it with the AccessKey it prints.

Examples:
  ramward demo
  ramward demo --once
  ramward demo --listen 127.0.0.1:9000")]
pub struct DemoArgs {
    /// End after the report
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    settings: ServerFlags,
}

impl DemoArgs {
    /// The flags that are settings.
    pub fn given(&self) -> &Given {
        &self.settings.0
    }

    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        log::start(&context.settings, context.verbose);
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let sample = directory.path().join("acme.json");
        std::fs::write(&sample, ACME).context("cannot write the sample account")?;
        let settings = Settings {
            data: directory.path().join("data"),
            store: None,
            import: Some(sample),
            ..context.settings.clone()
        };
        let server = Server::open(&settings)?;
        let mut signals = server.signals()?;
        let endpoint = server.addresses()?.endpoint;
        let finished = Arc::new(Notify::new());
        let shown = {
            let (finished, once, color) = (Arc::clone(&finished), self.once, context.color);
            std::thread::spawn(move || {
                let shown = show(&endpoint, color, once);
                if once || shown.is_err() {
                    finished.notify_one();
                }
                shown
            })
        };
        server.run(async || {
            tokio::select! {
                () = signals.next() => {}
                () = finished.notified() => {}
            }
        })?;
        shown.join().map_err(|_| anyhow::anyhow!("the report could not be shown"))??;
        Ok(Ending::Done)
    }
}

fn show(endpoint: &str, color: bool, once: bool) -> anyhow::Result<()> {
    let endpoint: Endpoint = endpoint.parse()?;
    let credentials = Credentials {
        access_key_id: ACME_KEY.to_owned(),
        secret: Secret::from(ACME_SECRET),
        security_token: None,
        source: "the sample account".to_owned(),
        expires: None,
    };
    let mut text = report::of_the_demo(Signer::new(endpoint.clone(), credentials), color)?;
    if !once {
        text.push_str(&format!(
            "\nThe server goes on until Ctrl-C. Call it yourself:\n\n  ALIBABA_CLOUD_ACCESS_KEY_ID={ACME_KEY} \
             ALIBABA_CLOUD_ACCESS_KEY_SECRET={ACME_SECRET} ramward report --explain --endpoint {endpoint}\n\n\
             Or see it in the console, signed in with that AccessKey:\n\n  {endpoint}/console\n"
        ));
    }
    print::result(text.as_bytes())
}
