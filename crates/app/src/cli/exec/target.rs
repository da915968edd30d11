//! The server that a command is to reach, and the AccessKey it gets. Starts nothing.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use http::uri::PathAndQuery;

use super::own_server::OwnServer;
use crate::cli::Context;
use crate::cli::signed_call::{Signer, SigningOptions};
use crate::client::{Client, ClientOptions, Endpoint};
use crate::credentials::Credentials;
use crate::running::{self, Addresses};

/// What to do where no CONNECT door is known.
const OPEN_ONE: &str = "--proxy-listen 127.0.0.1:8688";

/// A server with everything that a client of its doors must know.
pub struct Target {
    /// Where its doors are.
    pub addresses: Addresses,
    /// Its CONNECT door.
    pub proxy: String,
    /// The CA of that door.
    pub ca_file: PathBuf,
    /// The key that the command gets.
    pub credentials: Credentials,
    /// The server, where it is this process that runs it.
    pub own: Option<OwnServer>,
}

impl Target {
    /// The server that runs on the data directory or that the options describe, and the key of the environment.
    pub fn find(
        context: &Context,
        signing: &SigningOptions,
        proxy: Option<&str>,
        ca_file: Option<&Path>,
    ) -> anyhow::Result<Self> {
        let settings = &context.settings;
        let running = running::find(&settings.data)
            .with_context(|| format!("cannot read the data directory {}", settings.data.display()))?
            .filter(answers);
        let addresses = match (&settings.endpoint, running) {
            (Some(endpoint), Some(running)) if *endpoint == running.endpoint => running,
            (Some(endpoint), _) => {
                Addresses { endpoint: endpoint.clone(), tls_endpoint: None, proxy: None, ca_file: None }
            }
            (None, Some(running)) => running,
            (None, None) => bail!(
                "no server runs on the data directory {}; start one with `ramward serve {OPEN_ONE}`, or give the command one of its own with --own",
                settings.data.display()
            ),
        };
        let endpoint = &addresses.endpoint;
        let Some(proxy) = proxy.map(str::to_owned).or_else(|| addresses.proxy.clone()) else {
            bail!(
                "no CONNECT door of {endpoint} is known; start the server with {OPEN_ONE} on the data directory of this command, or name the door with --proxy"
            );
        };
        let Some(ca_file) = ca_file.map(Path::to_owned).or_else(|| addresses.ca_file.clone()) else {
            bail!("no CA of the CONNECT door {proxy} is known; name its file with --ca-file");
        };
        let ca_file = ca_file
            .canonicalize()
            .with_context(|| format!("cannot read the CA file {}", ca_file.display()))?;
        let profile = settings.profile.as_deref();
        let signer = Signer::find_for(context, signing, endpoint, profile)?;
        let credentials = signer.credentials().clone();
        let addresses = Addresses { proxy: Some(proxy.clone()), ..addresses };
        Ok(Self { addresses, proxy, ca_file, credentials, own: None })
    }

    /// Ends the server, if it is the command's own.
    pub fn end(self) -> anyhow::Result<()> {
        self.own.map_or(Ok(()), OwnServer::end)
    }
}

/// Whether the server is still there: a note of one that was killed stays.
fn answers(addresses: &Addresses) -> bool {
    let options = ClientOptions { whole: ClientOptions::default().connect, ..ClientOptions::default() };
    let endpoint: Result<Endpoint, _> = addresses.endpoint.parse();
    let client = endpoint.ok().and_then(|endpoint| Client::new(endpoint, &options).ok());
    let asked = client.and_then(|client| client.fetch(&PathAndQuery::from_static("/healthz")).ok());
    asked.is_some_and(|answer| answer.status == 200)
}
