//! Who is asked: a server, with an AccessKey; or the store of the data directory, opened here and asked as its operator.

use anyhow::{Context as _, bail};
use ramward_domain::service::Service;
use ramward_rpc::api::Product;
use serde_json::Value;

use super::super::Context;
use super::super::signed_call::{Signer, SigningOptions};
use crate::client::Answer;
use crate::explaining::Asks;
use crate::refusal::Refusal;
use crate::server;

/// The domain under which all servers of the vendor stand.
const VENDOR_DOMAIN: &str = ".aliyuncs.com";

/// Who is asked.
#[derive(Debug)]
pub enum Source {
    /// A server.
    Server(Signer),
    /// The store of the data directory.
    Local {
        /// The service on it.
        service: Service,
        /// How it is shown.
        name: String,
    },
}

impl Source {
    /// Finds the server and the AccessKey, or opens the store.
    pub fn find(context: &Context, signing: &SigningOptions, local: bool) -> anyhow::Result<Self> {
        if !local {
            return Ok(Self::Server(Signer::find(context, signing)?));
        }
        let settings = &context.settings;
        server::must_have_store(settings)?;
        let name =
            settings.store.as_ref().map_or_else(|| settings.data.display().to_string(), ToString::to_string);
        let service = server::open_service(settings)
            .context("cannot open the store; if a server runs on it, ask that one with --endpoint")?;
        Ok(Self::Local { service, name })
    }

    /// Whether it is a server of the vendor, which knows none of Ramward's operations.
    pub fn is_vendor(&self) -> bool {
        match self {
            Self::Server(signer) => {
                let host = signer.endpoint().authority();
                host.split(':').next().is_some_and(|host| host.to_ascii_lowercase().ends_with(VENDOR_DOMAIN))
            }
            Self::Local { .. } => false,
        }
    }

    /// Asks for an operation of one of the vendor's products, in a format of its answer.
    pub fn ask(&self, product: Product, action: &str, format: Option<&str>) -> anyhow::Result<Answer> {
        match self {
            Self::Server(signer) => {
                let request = signer.request(product.version(), action);
                signer.send(&match format {
                    Some(format) => request.format(format),
                    None => request,
                })
            }
            Self::Local { service, .. } => Ok(local(service, product, action, &[])),
        }
    }

    /// Ends a run on a store of its own cleanly.
    pub fn close(&self) -> anyhow::Result<()> {
        match self {
            Self::Server(_) => Ok(()),
            Self::Local { service, .. } => Ok(service.close()?),
        }
    }
}

impl Asks for Source {
    fn name(&self) -> String {
        match self {
            Self::Server(signer) => signer.endpoint().to_string(),
            Self::Local { name, .. } => name.clone(),
        }
    }

    fn ask_ramward(&self, action: &str, params: &[(&str, String)]) -> anyhow::Result<Result<Value, Refusal>> {
        let answer = match self {
            Self::Server(signer) => {
                let params = params.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
                signer.send(&signer.request(Product::Ramward.version(), action).params(params))?
            }
            Self::Local { service, .. } => local(service, Product::Ramward, action, params),
        };
        if let Some(refusal) = answer.refusal() {
            if refusal.code.is_none() {
                bail!("no answer of an API: {refusal}");
            }
            return Ok(Err(refusal));
        }
        let value = serde_json::from_slice(&answer.body)
            .with_context(|| format!("{} answered {action} with something that is not JSON", self.name()))?;
        Ok(Ok(value))
    }
}

fn local(service: &Service, product: Product, action: &str, params: &[(&str, String)]) -> Answer {
    let params: Vec<(&str, &str)> = params.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = service.call_as_operator(product, action, &params);
    Answer { status: answer.status, headers: http::HeaderMap::new(), body: answer.body }
}
