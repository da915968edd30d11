//! The steps of a signature, made by the same code that checks one, but for the last: the secret stays in the page, where
//! a script makes the signature of the string to sign. Sees no secret.

use ramward_domain::entropy::OsEntropy;
use ramward_domain::ids::RequestId;
use ramward_domain::service::Format;
use ramward_domain::time::{Clock, SystemClock};
use ramward_rpc::api::{Audience, Description};
use ramward_rpc::request::{RequestBuilder, SignedRequest};
use ramward_rpc::sign::Scheme;

use super::operation::format;
use crate::console::form::Form;
use crate::console::visit::Visit;

/// One generation of signatures with the request that it would sign.
pub struct Signing {
    /// The name of the algorithm, in addresses of the page.
    pub code: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// The request, all but signed.
    pub request: SignedRequest,
}

impl Signing {
    /// The headers that a script sends; the browser writes `host` itself.
    pub fn headers(&self) -> impl Iterator<Item = &(String, String)> {
        self.request.headers.iter().filter(|(name, _)| name != "host")
    }

    /// The request as a line for a shell, to which the page's script adds the signature.
    pub fn curl(&self, base: &str) -> String {
        self.request.curl(base)
    }
}

/// Both generations for the call of the form, of this moment; none where nothing is signed.
pub fn signings(
    visit: &Visit<'_>,
    description: &Description,
    params: &[(&str, &str)],
    form: &Form,
) -> Vec<Signing> {
    let api = &description.api;
    if api.audience == Audience::Unsigned {
        return Vec::new();
    }
    let (time, nonce) = (SystemClock.now().to_string(), RequestId::generate(&OsEntropy));
    let key = match form.get("key").trim() {
        "" => "<AccessKeyId>",
        key => key,
    };
    let request = |scheme| {
        let request = RequestBuilder::new(visit.request.host(), api.product.version(), api.action)
            .scheme(scheme)
            .params(params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let request = if format(form) == Format::Xml { request.format("XML") } else { request };
        request.unsigned(key, &time, nonce.as_str())
    };
    vec![
        Signing { code: "v3", name: "V3, ACS3-HMAC-SHA256", request: request(Scheme::V3) },
        Signing { code: "v1", name: "RPC 1.0, HMAC-SHA1", request: request(Scheme::RpcV1) },
    ]
}
