//! A server that lives as long as the command: a throw-away store, every door on a free port, and a key that it knows
//! because it made or was given the store.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context as _, bail};
use ramward_domain::entropy::OsEntropy;
use ramward_domain::ids::{AccessKeyId, UserId};
use ramward_domain::service::first_start::Wishes;
use ramward_domain::service::open_secret;
use ramward_domain::store::seal::SealKey;
use ramward_domain::store::tables::access_keys::{self, AccessKey};
use tempfile::TempDir;
use tokio::sync::Notify;

use super::target::Target;
use crate::cli::Context;
use crate::cli::signed_call::{Signer, SigningOptions};
use crate::config::Settings;
use crate::credentials::Credentials;
use crate::gateway::Ended;
use crate::server::{Server, ServerError};

/// A server that runs in a thread of this process.
pub struct OwnServer {
    thread: JoinHandle<Result<Ended, ServerError>>,
    stop: Arc<Notify>,
    _directory: TempDir,
}

/// Starts one and finds the key that the options name.
pub fn start(context: &Context, signing: &SigningOptions) -> anyhow::Result<Target> {
    let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let given = &context.settings;
    // It must be known here, to read the secret of a key that a state file brings.
    let seal = given.seal_key.clone().unwrap_or_else(|| SealKey::generate(&OsEntropy));
    let settings = Settings {
        data: directory.path().join("data"),
        store: None,
        seal_key: Some(seal.clone()),
        listen: free,
        tls_listen: Some(free),
        proxy_listen: Some(free),
        ..given.clone()
    };
    let server = Server::open(&settings)?;
    let key = find_key(&server, &settings, signing.access_key_id())?;
    let sealed = key.sealed_secret.as_ref().with_context(|| {
        format!("the AccessKey {} has no secret in the state file and can sign nothing; choose another one with --access-key-id", key.access_key_id)
    })?;
    let credentials = Credentials {
        access_key_id: key.access_key_id.to_string(),
        secret: open_secret(&seal, key.account, &key.access_key_id, sealed)?,
        security_token: None,
        source: "the command's own server".to_owned(),
        expires: None,
    };
    let addresses = server.addresses()?;
    let proxy = addresses.proxy.clone().context("the server opened no CONNECT door")?;
    let ca_file = addresses.ca_file.clone().context("the server made no CA")?;
    let stop = Arc::new(Notify::new());
    let thread = {
        let stop = Arc::clone(&stop);
        std::thread::spawn(move || server.run(async || stop.notified().await))
    };
    let own = OwnServer { thread, stop, _directory: directory };
    let signer = Signer::new(addresses.endpoint.parse()?, credentials).with_role(signing)?;
    let credentials = signer.credentials().clone();
    Ok(Target { addresses, proxy, ca_file, credentials, own: Some(own) })
}

impl OwnServer {
    /// Ends it and takes its store away.
    pub fn end(self) -> anyhow::Result<()> {
        self.stop.notify_one();
        // The command has ended, so nobody waits for what still runs.
        self.stop.notify_waiters();
        match self.thread.join() {
            Ok(ended) => Ok(ended.map(drop)?),
            Err(_) => bail!("the command's own server panicked"),
        }
    }
}

/// The key of that id, else the first one of the account's root that can sign.
fn find_key(server: &Server, settings: &Settings, wanted: Option<&str>) -> anyhow::Result<AccessKey> {
    let service = server.service();
    let wishes = Wishes {
        account_id: settings.account_id,
        access_key_id: settings.root_access_key_id.clone(),
        access_key_secret: settings.root_access_key_secret.clone(),
        root_password: settings.root_password.clone(),
    };
    let first = service.first_start(&wishes).context("cannot make the first account")?;
    if let Some(wanted) = wanted {
        let id: AccessKeyId =
            wanted.parse().map_err(|_| anyhow::anyhow!("--access-key-id {wanted:?} is no AccessKey id"))?;
        let found = service.store().read(|tx| access_keys::find_by_id(tx, &id))?;
        return found.with_context(|| format!("no AccessKey {id} is in the state file; name one that is"));
    }
    let Some(account) = first.account_id else {
        bail!("the state file has several accounts; choose a key of one with --access-key-id");
    };
    let keys = service.store().read(|tx| access_keys::list(tx, account, UserId::ROOT))?;
    keys.into_iter().find(|key| key.sealed_secret.is_some()).with_context(|| {
        format!(
            "the root of account {account} has no key with a secret; choose a user's with --access-key-id"
        )
    })
}
