//! The service in this process, called as the gateway calls it, without HTTP in between.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method};
use ramward_domain::entropy::OsEntropy;
use ramward_domain::service::{Call, Service};
use ramward_domain::settings::{Quotas, Settings};
use ramward_domain::store::Store;
use ramward_domain::store::seal::SealKey;
use ramward_domain::time::SystemClock;
use ramward_rpc::sign::Scheme;

use crate::at_rest;
use crate::signing::{Key, call, sign};

/// A service on a data directory.
pub struct Direct {
    service: Service,
    headers: HeaderMap,
}

impl Direct {
    /// Opens it.
    ///
    /// # Errors
    /// A server has it open.
    pub fn open(path: &Path) -> Result<Self> {
        let (store, seal) = at_rest::open(path)?;
        Self::on(store, seal)
    }

    /// The same on a store that is open.
    ///
    /// # Errors
    /// The store refuses.
    pub fn on(store: Store, seal: SealKey) -> Result<Self> {
        let quotas = Quotas { users: i64::MAX, ..Quotas::default() };
        let settings = Settings { quotas, ..Settings::default() };
        let service = Service::open(store, seal, settings, Arc::new(SystemClock), Arc::new(OsEntropy))?;
        let headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("ims.aliyuncs.com"))]);
        Ok(Self { service, headers })
    }

    /// The service.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// The query of a call, signed now.
    pub fn signed(key: &Key, action: &str, params: &[(&str, &str)]) -> Result<String> {
        let request = String::from_utf8(sign(&call(Scheme::RpcV1, action, params), key))?;
        let target = request.split(' ').nth(1).context("a request line")?;
        Ok(target.trim_start_matches("/?").to_owned())
    }

    /// Makes a call; its body.
    ///
    /// # Errors
    /// It was refused.
    pub fn send(&self, query: &str) -> Result<Vec<u8>> {
        let answer = self.service.call(&Call {
            method: &Method::GET,
            path: "/",
            query,
            headers: &self.headers,
            body: &[],
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            secure: false,
        });
        ensure!(answer.status == 200, "refused: {}", String::from_utf8_lossy(&answer.body));
        Ok(answer.body)
    }

    /// Ends it cleanly.
    ///
    /// # Errors
    /// The store refuses.
    pub fn close(self) -> Result<()> {
        self.service.close()?;
        Ok(())
    }
}
