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
use crate::credentials::assume_role::{self, Role};
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
    /// Role to assume first, as acs:ram::ACCOUNT:role/NAME; a profile may name one too
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    /// Server that is asked for a role's key; without it the vendor's for a vendor's endpoint, else the endpoint itself
    #[arg(long, value_name = "URL")]
    sts_endpoint: Option<String>,
    /// How long the whole call may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
}

/// A server and an AccessKey to call it with.
#[derive(Debug, Clone)]
pub struct Signer {
    endpoint: Endpoint,
    credentials: Credentials,
    client_options: ClientOptions,
}

impl SigningOptions {
    /// The key that `--access-key-id` names.
    pub fn access_key_id(&self) -> Option<&str> {
        self.access_key_id.as_deref()
    }

    /// The server that `--sts-endpoint` names, or the one that follows from the endpoint.
    pub fn sts_endpoint(&self, endpoint: &Endpoint) -> anyhow::Result<Endpoint> {
        sts_endpoint(endpoint, self.sts_endpoint.as_deref(), None)
    }
}

impl Signer {
    /// Finds endpoint and credentials. Nothing is sent, unless the environment names an address for credentials or a role is
    /// to be assumed.
    pub fn find(context: &Context, options: &SigningOptions) -> anyhow::Result<Self> {
        Self::find_for(context, options, DEFAULT_ENDPOINT, context.settings.profile.as_deref())
    }

    /// The same for a profile of its own, with another endpoint where the settings name none.
    pub fn find_for(
        context: &Context,
        options: &SigningOptions,
        default_endpoint: &str,
        profile: Option<&str>,
    ) -> anyhow::Result<Self> {
        let endpoint = context.settings.endpoint.as_deref().unwrap_or(default_endpoint);
        // The text itself is not shown: somebody may have put a password into it.
        let endpoint: Endpoint = endpoint.parse().context("the endpoint is not usable")?;
        let client_options = client_options(options);
        let wanted = Wanted { access_key_id: options.access_key_id.as_deref(), profile };
        let credentials = with_surroundings(&endpoint, options, |around| {
            let found = credentials::find(wanted, around)?;
            match &options.role_arn {
                Some(arn) => around.assume(&found, &Role::new(arn)),
                None => Ok(found),
            }
        })?;
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

    /// The key of the role that `--role-arn` names, assumed with this key; this key without that option.
    pub fn with_role(self, options: &SigningOptions) -> anyhow::Result<Self> {
        let Some(arn) = &options.role_arn else { return Ok(self) };
        let base = &self.credentials;
        let credentials = assume(&self.endpoint, options, &self.client_options, base, &Role::new(arn))
            .with_context(|| format!("cannot assume the role {arn}"))?;
        Ok(Self { credentials, ..self })
    }

    /// The same key for another server.
    #[must_use]
    pub fn at(&self, endpoint: Endpoint) -> Self {
        Self { endpoint, ..self.clone() }
    }

    /// A client that keeps its connection for many calls.
    pub fn client(&self) -> anyhow::Result<Client> {
        Ok(Client::new(self.endpoint.clone(), &self.client_options)?)
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
        request(&self.endpoint, &self.credentials, version, action)
    }

    /// Signs a call for now and for once.
    pub fn sign(&self, request: &RequestBuilder) -> SignedRequest {
        sign(&self.credentials, request)
    }

    /// Signs a call and sends it.
    pub fn send(&self, request: &RequestBuilder) -> anyhow::Result<Answer> {
        Ok(self.client()?.send(&self.sign(request))?)
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

fn request(endpoint: &Endpoint, key: &Credentials, version: &str, action: &str) -> RequestBuilder {
    let request = RequestBuilder::new(endpoint.authority(), version, action);
    match &key.security_token {
        Some(token) => request.security_token(token.expose()),
        None => request,
    }
}

fn sign(key: &Credentials, request: &RequestBuilder) -> SignedRequest {
    let time = SystemClock.now().to_string();
    let nonce = RequestId::generate(&OsEntropy);
    request.sign(&key.access_key_id, &key.secret, &time, nonce.as_str())
}

fn client_options(options: &SigningOptions) -> ClientOptions {
    ClientOptions {
        whole: Duration::from_secs(options.timeout),
        ca_bundle: CA_VARIABLES
            .iter()
            .find_map(|name| std::env::var(name).ok().filter(|path| !path.is_empty()))
            .map(Into::into),
        ..ClientOptions::default()
    }
}

/// Runs `work` with the environment, the home directory and the network as the chain of credentials sees them.
fn with_surroundings<T, E>(
    endpoint: &Endpoint,
    options: &SigningOptions,
    work: impl FnOnce(&Surroundings<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let client_options = client_options(options);
    let directories = directories::BaseDirs::new();
    let variable = |name: &str| std::env::var(name).ok();
    let fetch = |url: &str| fetch(url, &client_options);
    let assume = |base: &Credentials, role: &Role| {
        assume(endpoint, options, &client_options, base, role).map_err(|error| format!("{error:#}"))
    };
    work(&Surroundings {
        variable: &variable,
        home: directories.as_ref().map(directories::BaseDirs::home_dir),
        fetch: &fetch,
        assume: &assume,
    })
}

/// The names of all profiles that there are.
pub fn profiles(options: &SigningOptions) -> anyhow::Result<Vec<String>> {
    let nowhere: Endpoint = DEFAULT_ENDPOINT.parse()?;
    Ok(with_surroundings(&nowhere, options, credentials::profiles)?)
}

/// Asks STS for a role's key.
fn assume(
    endpoint: &Endpoint,
    options: &SigningOptions,
    client_options: &ClientOptions,
    base: &Credentials,
    role: &Role,
) -> anyhow::Result<Credentials> {
    let sts = sts_endpoint(endpoint, options.sts_endpoint.as_deref(), role.sts_region.as_deref())?;
    let call = request(&sts, base, Product::Sts.version(), "AssumeRole").params(role.parameters());
    let answer = Client::new(sts, client_options)?.send(&sign(base, &call))?;
    if let Some(refusal) = answer.refusal() {
        bail!("{refusal}");
    }
    let body = Zeroizing::new(answer.body);
    assume_role::read(&body, role, base).context("the answer holds no key")
}

/// Whom to ask about sessions: the vendor where the vendor is called, else the server itself, which knows STS too.
fn sts_endpoint(endpoint: &Endpoint, given: Option<&str>, region: Option<&str>) -> anyhow::Result<Endpoint> {
    let is_vendor = endpoint.authority().to_ascii_lowercase().ends_with(".aliyuncs.com");
    match (given, region) {
        (Some(url), _) => url.parse().context("the STS endpoint is not usable"),
        (None, _) if !is_vendor => Ok(endpoint.clone()),
        (None, Some(region)) => {
            format!("https://sts.{region}.aliyuncs.com").parse().context("the STS region is not usable")
        }
        (None, None) => Ok("https://sts.aliyuncs.com".parse()?),
    }
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
