//! `ramward serve`: runs the server until SIGTERM or Ctrl-C, and shows once, on the first start, what nobody can ask for
//! later.

use anyhow::Context as _;
use ramward_domain::ids::{AccessKeyId, AccountId, UserId};
use ramward_domain::service::Service;
use ramward_domain::service::first_start::NewKey;
use ramward_domain::store::StoreError;
use ramward_domain::store::tables::access_keys;
use serde_json::{Map, Value};

use super::{Context, Ending, print};
use crate::config::{Given, Output, ServerFlags, Settings};
use crate::gateway::Ended;
use crate::log;
use crate::running::{Addresses, Note};
use crate::server::{Server, wishes};

/// Run the server
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The first start makes the data directory, an account with a root AccessKey, and the operator's AccessKey, and prints
them once. RAMWARD_ACCOUNT_ID, RAMWARD_ROOT_ACCESS_KEY_ID and RAMWARD_ROOT_ACCESS_KEY_SECRET fix the first three,
RAMWARD_ROOT_PASSWORD the password with which root signs in at the console.

SIGTERM and Ctrl-C end the server: it accepts nothing new and finishes what runs; a second one does not wait.

Examples:
  ramward serve
  ramward serve --listen 127.0.0.1:0 --output json
  ramward serve --tls-listen 127.0.0.1:8687 --proxy-listen 127.0.0.1:8688
  ramward serve --data ./data --virtual-clock")]
pub struct ServeArgs {
    #[command(flatten)]
    settings: ServerFlags,
}

impl ServeArgs {
    /// The flags that are settings.
    pub fn given(&self) -> &Given {
        &self.settings.0
    }

    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        let settings = &context.settings;
        log::start(settings, context.verbose);
        let server = Server::open(settings)?;
        let identities = Identities::of(server.service(), settings)?;
        // Before anybody is told that the server runs, so that whoever is told can end it.
        let mut signals = server.signals()?;
        let addresses = server.addresses()?;
        let greeting = match settings.output {
            Output::Json => identities.in_json(&addresses),
            Output::Table => identities.in_words(&addresses, settings),
        };
        // Only `exec` misses it, and says so.
        let note = Note::leave(&settings.data, &addresses)
            .inspect_err(|error| tracing::warn!(%error, "the data directory takes no note of the doors"));
        print::result(greeting.as_bytes())?;
        tracing::info!(endpoint = addresses.endpoint, "the server runs");
        let ended = server.run(async || signals.next().await)?;
        drop(note);
        match ended {
            Ended::Finished => tracing::info!("the server has ended"),
            Ended::Cut(connections) => {
                tracing::warn!(connections, "the server has ended; requests that ran were cut")
            }
        }
        Ok(Ending::Done)
    }
}

/// Whom a newcomer needs to know.
struct Identities {
    account_id: Option<AccountId>,
    root: KnownKey,
    operator: KnownKey,
}

/// An AccessKey, with its secret if it was made just now.
#[derive(Default)]
struct KnownKey {
    id: Option<AccessKeyId>,
    made: Option<NewKey>,
}

impl Identities {
    /// Makes those that are missing.
    fn of(service: &Service, settings: &Settings) -> anyhow::Result<Self> {
        let first = service.first_start(&wishes(settings)).context("cannot make the first account")?;
        let known = |account: Option<AccountId>, made: Option<NewKey>| -> Result<KnownKey, StoreError> {
            let id = match (&made, account) {
                (Some(made), _) => Some(made.access_key_id.clone()),
                (None, Some(account)) => signing_key(service, account)?,
                (None, None) => None,
            };
            Ok(KnownKey { id, made })
        };
        Ok(Self {
            account_id: first.account_id,
            root: known(first.account_id, first.root_key)?,
            operator: known(Some(AccountId::OPERATOR), first.operator_key)?,
        })
    }

    fn in_json(&self, addresses: &Addresses) -> String {
        let mut line = Map::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                line.insert(name.to_owned(), Value::String(value));
            }
        };
        let secret =
            |key: &KnownKey| key.made.as_ref().map(|made| made.access_key_secret.expose().to_owned());
        put("Endpoint", Some(addresses.endpoint.clone()));
        put("Console", Some(console(addresses)));
        put("TlsEndpoint", addresses.tls_endpoint.clone());
        put("Proxy", addresses.proxy.clone());
        put("CaFile", addresses.ca_file.as_ref().map(|path| path.display().to_string()));
        put("AccountId", self.account_id.map(|id| id.to_string()));
        put("AccessKeyId", self.root.id.as_ref().map(ToString::to_string));
        put("AccessKeySecret", secret(&self.root));
        put("OperatorAccessKeyId", self.operator.id.as_ref().map(ToString::to_string));
        put("OperatorAccessKeySecret", secret(&self.operator));
        format!("{}\n", Value::Object(line))
    }

    fn in_words(&self, addresses: &Addresses, settings: &Settings) -> String {
        let endpoint = &addresses.endpoint;
        let mut text =
            format!("ramward listens on {endpoint}, with its data in {}\n", settings.data.display());
        let ca_file = addresses.ca_file.as_ref().map(|path| path.display().to_string());
        let console = Some(console(addresses));
        let doors = [
            ("Console", &console),
            ("HTTPS", &addresses.tls_endpoint),
            ("CONNECT", &addresses.proxy),
            ("CA", &ca_file),
        ];
        for (index, (what, place)) in doors.into_iter().filter(|(_, place)| place.is_some()).enumerate() {
            let before = if index == 0 { "\n" } else { "" };
            text.push_str(&format!("{before}  {what:<20} {}\n", place.as_deref().unwrap_or_default()));
        }
        if let Some(account_id) = self.account_id {
            text.push_str(&format!("\n  Account              {account_id}\n"));
        }
        for (whose, key) in [("Root", &self.root), ("Operator", &self.operator)] {
            let Some(id) = &key.id else { continue };
            text.push_str(&format!("  {:<20} {id}\n", format!("{whose} AccessKey")));
            if let Some(made) = &key.made {
                text.push_str(&format!("  {:<20} {}\n", "  its secret", made.access_key_secret.expose()));
            }
        }
        if self.root.made.is_some() || self.operator.made.is_some() {
            text.push_str("\nSecrets are shown this once and never again. Keep them.\n");
        }
        if let Some(made) = &self.root.made {
            text.push_str("\nOpen the console in a browser and sign in with the root AccessKey.\n");
            text.push_str(&format!(
                "\nAsk for the security report of the account:\n\n  ALIBABA_CLOUD_ACCESS_KEY_ID={} ALIBABA_CLOUD_ACCESS_KEY_SECRET={} ramward report --endpoint {endpoint}\n",
                made.access_key_id,
                made.access_key_secret.expose()
            ));
        }
        text
    }
}

/// Where the console is: behind TLS, where there is a door with it.
fn console(addresses: &Addresses) -> String {
    format!("{}{}", addresses.tls_endpoint.as_ref().unwrap_or(&addresses.endpoint), crate::console::ROOT)
}

/// The first root AccessKey of an account that can sign.
fn signing_key(service: &Service, account: AccountId) -> Result<Option<AccessKeyId>, StoreError> {
    let keys = service.store().read(|tx| access_keys::list(tx, account, UserId::ROOT))?;
    Ok(keys.into_iter().find(|key| key.sealed_secret.is_some()).map(|key| key.access_key_id))
}
