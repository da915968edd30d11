//! What every command that calls a server shares: its options, its endpoint, its credentials, one signed call.

use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::Args;
use ramward_domain::entropy::OsEntropy;
use ramward_domain::ids::RequestId;
use ramward_domain::time::{Clock, SystemClock};
use ramward_rpc::api::Product;
use ramward_rpc::request::{RequestBuilder, SignedRequest};
use zeroize::Zeroizing;

use super::{Context, Ending, print};
use crate::client::{Answer, Client, ClientOptions, DEFAULT_ENDPOINT, Endpoint};
use crate::credentials::{self, Credentials, Document, FetchError, Surroundings, Wanted};
use crate::refusal::Refusal;

/// Variables that name a PEM file of certification authorities; the first one set is used.
const CA_VARIABLES: [&str; 2] = ["ALIBABA_CLOUD_CA_BUNDLE", "SSL_CERT_FILE"];

/// Options of every command that calls a server.
#[derive(Debug, Clone, Args)]
pub struct SigningOptions {
    /// AccessKey to sign with; its secret comes from ALIBABA_CLOUD_ACCESS_KEY_SECRET
    #[arg(long, value_name = "ID", conflicts_with = "profile")]
    access_key_id: Option<String>,
    /// How long the whole call may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// A server and an AccessKey to call it with.
#[derive(Debug)]
pub struct Signer {
    endpoint: Endpoint,
    credentials: Credentials,
    client_options: ClientOptions,
}

impl Signer {
    /// Finds endpoint and credentials. Nothing is sent, unless the environment names an address for credentials.
    pub fn find(context: &Context, options: &SigningOptions) -> anyhow::Result<Self> {
        let endpoint = context.settings.endpoint.as_deref().unwrap_or(DEFAULT_ENDPOINT);
        // The text itself is not shown: somebody may have put a password into it.
        let endpoint: Endpoint = endpoint.parse().context("the endpoint is not usable")?;
        let variable = |name: &str| std::env::var(name).ok();
        let client_options = ClientOptions {
            whole: Duration::from_secs(options.timeout),
            ca_bundle: CA_VARIABLES
                .iter()
                .find_map(|name| variable(name).filter(|path| !path.is_empty()))
                .map(Into::into),
            ..ClientOptions::default()
        };

        let directories = directories::BaseDirs::new();
        let fetch = |url: &str| fetch(url, &client_options);
        let around = Surroundings {
            variable: &variable,
            home: directories.as_ref().map(directories::BaseDirs::home_dir),
            fetch: &fetch,
        };
        let wanted = Wanted {
            access_key_id: options.access_key_id.as_deref(),
            profile: context.settings.profile.as_deref(),
        };
        let credentials = credentials::find(wanted, &around)?;
        if context.verbose > 0 {
            print::note(&format!(
                "endpoint {endpoint}, AccessKey {} from {}",
                credentials.access_key_id, credentials.source
            ));
        }
        Ok(Self { endpoint, credentials, client_options })
    }

    /// A server and an AccessKey that are known already.
    pub fn new(endpoint: Endpoint, credentials: Credentials) -> Self {
        Self { endpoint, credentials, client_options: ClientOptions::default() }
    }

    /// The server.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The AccessKey.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// A call of `action`, not yet signed.
    pub fn request(&self, version: &str, action: &str) -> RequestBuilder {
        let request = RequestBuilder::new(self.endpoint.authority(), version, action);
        match &self.credentials.security_token {
            Some(token) => request.security_token(token.expose()),
            None => request,
        }
    }

    /// Signs a call for now and for once.
    pub fn sign(&self, request: &RequestBuilder) -> SignedRequest {
        let time = SystemClock.now().to_string();
        let nonce = RequestId::generate(&OsEntropy);
        request.sign(&self.credentials.access_key_id, &self.credentials.secret, &time, nonce.as_str())
    }

    /// Signs a call and sends it.
    pub fn send(&self, request: &RequestBuilder) -> anyhow::Result<Answer> {
        let client = Client::new(self.endpoint.clone(), &self.client_options)?;
        Ok(client.send(&self.sign(request))?)
    }

    /// Calls one of Ramward's own operations and reads its JSON; a refusal is told and becomes `Err(Ending::No)`.
    pub fn call_ramward(
        &self,
        action: &str,
        params: impl IntoIterator<Item = (String, String)>,
    ) -> anyhow::Result<Result<serde_json::Value, Ending>> {
        let answer = self.send(&self.request(Product::Ramward.version(), action).params(params))?;
        if let Some(refusal) = answer.refusal() {
            return end_refused(&refusal).map(Err);
        }
        let value = serde_json::from_slice(&answer.body).with_context(|| {
            format!("{} answered {action} with something that is not JSON", self.endpoint)
        })?;
        Ok(Ok(value))
    }
}

/// Tells of a refusal: one of the API is the answer "no"; anything else, like a page of some proxy, is trouble.
pub fn end_refused(refusal: &Refusal) -> anyhow::Result<Ending> {
    if refusal.code.is_none() {
        bail!("no answer of an API: {refusal}");
    }
    print::note(&format!("refused: {refusal}"));
    Ok(Ending::No)
}

fn fetch(url: &str, options: &ClientOptions) -> Result<Document, FetchError> {
    let no_url = || FetchError::Address("it is not an http or https URL".into());
    let uri: http::Uri = url.parse().map_err(|_| no_url())?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(no_url());
    };
    // The path may hold a token, so no error shows more than scheme, host and port.
    let endpoint = format!("{scheme}://{authority}").parse().map_err(|_| no_url())?;
    let path = uri.path_and_query().cloned().unwrap_or_else(|| http::uri::PathAndQuery::from_static("/"));
    let options = ClientOptions { whole: options.connect * 2, ..options.clone() };
    let answer = Client::new(endpoint, &options)?.fetch(&path)?;
    Ok((answer.status, Zeroizing::new(answer.body)))
}
