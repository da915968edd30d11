//! Builds a signed request: what the command line, the tests and the code samples send. Knows bytes; sends nothing and
//! takes time and nonce from its caller.

use http::Method;

use crate::params::Params;
use crate::percent::encode_into;
use crate::sign::{Scheme, Secret, Signed, v1, v3};

/// The content type of form parameters.
const FORM: &str = "application/x-www-form-urlencoded";

/// Where the parameters of a call travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placement {
    /// All of them in the query.
    #[default]
    Query,
    /// The operation's own in a form body, those of the protocol in the query (as the vendor's Python core does).
    Body,
    /// All of them in a form body, the signature too (as the vendor's pop-core does). V3 has its protocol parameters in
    /// headers, so there it is the same as [`Placement::Body`].
    WholeBody,
}

/// A call that is not signed yet.
#[derive(Debug, Clone)]
pub struct RequestBuilder {
    host: String,
    method: Method,
    path: String,
    version: String,
    action: String,
    params: Vec<(String, String)>,
    scheme: Scheme,
    placement: Placement,
    format: Option<String>,
    body: Option<(String, String)>,
    security_token: Option<String>,
    headers: Vec<(String, String)>,
    signed_headers: Vec<(String, String)>,
}

impl RequestBuilder {
    /// A `POST` to `/` with V3 and its parameters in the query, as today's SDKs do. `host` is the text of the Host header.
    #[must_use]
    pub fn new(host: impl Into<String>, version: impl Into<String>, action: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            method: Method::POST,
            path: "/".into(),
            version: version.into(),
            action: action.into(),
            params: Vec::new(),
            scheme: Scheme::V3,
            placement: Placement::Query,
            format: None,
            body: None,
            security_token: None,
            headers: Vec::new(),
            signed_headers: Vec::new(),
        }
    }

    /// Sets the HTTP method.
    #[must_use]
    pub fn method(self, method: Method) -> Self {
        Self { method, ..self }
    }

    /// Sets the path, encoded as it shall be sent.
    #[must_use]
    pub fn path(self, path: impl Into<String>) -> Self {
        Self { path: path.into(), ..self }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.params.push((name.into(), value.into()));
        self
    }

    /// Adds parameters.
    #[must_use]
    pub fn params(mut self, params: impl IntoIterator<Item = (String, String)>) -> Self {
        self.params.extend(params);
        self
    }

    /// Sets the signature scheme.
    #[must_use]
    pub fn scheme(self, scheme: Scheme) -> Self {
        Self { scheme, ..self }
    }

    /// Sets where the parameters travel.
    #[must_use]
    pub fn placement(self, placement: Placement) -> Self {
        Self { placement, ..self }
    }

    /// Asks for a format of the answer, `JSON` or `XML`.
    #[must_use]
    pub fn format(self, format: impl Into<String>) -> Self {
        Self { format: Some(format.into()), ..self }
    }

    /// Sends a body of the caller's own in place of form parameters; the parameters then all go into the query.
    #[must_use]
    pub fn body(self, content_type: impl Into<String>, text: impl Into<String>) -> Self {
        Self { body: Some((content_type.into(), text.into())), ..self }
    }

    /// Signs with a temporary key, whose token this is.
    #[must_use]
    pub fn security_token(self, token: impl Into<String>) -> Self {
        Self { security_token: Some(token.into()), ..self }
    }

    /// Adds a header. V3 signs it if its name starts with `x-acs-`, else not.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let header = (name.into().to_ascii_lowercase(), value.into());
        if header.0.starts_with("x-acs-") {
            self.signed_headers.push(header);
        } else {
            self.headers.push(header);
        }
        self
    }

    /// Adds a header that V3 signs whatever its name.
    #[must_use]
    pub fn signed_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.signed_headers.push((name.into().to_ascii_lowercase(), value.into()));
        self
    }

    /// Signs the call for one time and one nonce.
    ///
    /// Nothing is refused here: a header value with a line feed, say, is for the client that sends it to refuse.
    #[must_use]
    pub fn sign(&self, access_key_id: &str, secret: &Secret, time: &str, nonce: &str) -> SignedRequest {
        self.sign_with(access_key_id, Some(secret), time, nonce)
    }

    /// The same for somebody who keeps the secret: the signature is empty, and stands at the end of the query, the form or
    /// the `authorization` header, where it is to be appended (percent-encoded but in the header).
    #[must_use]
    pub fn unsigned(&self, access_key_id: &str, time: &str, nonce: &str) -> SignedRequest {
        self.sign_with(access_key_id, None, time, nonce)
    }

    fn sign_with(
        &self,
        access_key_id: &str,
        secret: Option<&Secret>,
        time: &str,
        nonce: &str,
    ) -> SignedRequest {
        match self.scheme {
            Scheme::RpcV1 => self.sign_v1(access_key_id, secret, time, nonce),
            Scheme::V3 => self.sign_v3(access_key_id, secret, time, nonce),
        }
    }

    fn sign_v1(
        &self,
        access_key_id: &str,
        secret: Option<&Secret>,
        time: &str,
        nonce: &str,
    ) -> SignedRequest {
        let mut common = vec![
            ("Action", self.action.as_str()),
            ("Version", &self.version),
            ("AccessKeyId", access_key_id),
            ("SignatureMethod", v1::METHOD),
            ("SignatureVersion", v1::VERSION),
            ("SignatureNonce", nonce),
            ("Timestamp", time),
        ];
        common.extend(self.format.iter().map(|format| ("Format", format.as_str())));
        common.extend(self.security_token.iter().map(|token| ("SecurityToken", token.as_str())));

        let own = self.own_params();
        let params = Params::from_pairs(common.iter().copied().chain(own.iter().copied()), []);
        let strings = v1::signed(self.method.as_str(), &params);
        let signature = secret.map(|secret| v1::signature(strings.string_to_sign.as_bytes(), secret));
        let signature =
            signature.map_or_else(String::new, |bytes| String::from_utf8_lossy(&bytes).into_owned());
        common.push(("Signature", &signature));

        let mut query = Vec::new();
        let mut form = Vec::new();
        let (to_common, to_own) = match self.form_placement() {
            Placement::Query => (true, true),
            Placement::Body => (true, false),
            Placement::WholeBody => (false, false),
        };
        write_pairs(if to_own { &mut query } else { &mut form }, &own);
        write_pairs(if to_common { &mut query } else { &mut form }, &common);

        let (content_type, body) = self.payload(form);
        let mut headers = vec![("host".to_owned(), self.host.clone())];
        headers.extend(content_type.map(|value| ("content-type".to_owned(), value)));
        headers.extend_from_slice(&self.signed_headers);
        headers.extend_from_slice(&self.headers);
        self.signed_request(query, headers, body, strings, signature)
    }

    fn sign_v3(
        &self,
        access_key_id: &str,
        secret: Option<&Secret>,
        time: &str,
        nonce: &str,
    ) -> SignedRequest {
        let mut own = self.own_params();
        let mut form = Vec::new();
        let in_form = match self.form_placement() {
            Placement::Query => Vec::new(),
            Placement::Body | Placement::WholeBody => std::mem::take(&mut own),
        };
        write_pairs(&mut form, &in_form);
        own.extend(self.format.iter().map(|format| ("Format", format.as_str())));
        let mut query = Vec::new();
        write_pairs(&mut query, &own);
        let (content_type, body) = self.payload(form);

        let content_hash = String::from_utf8_lossy(&v3::payload_hash(&body)).into_owned();
        let mut headers: Vec<(String, String)> = [
            ("host", self.host.as_str()),
            ("x-acs-version", &self.version),
            ("x-acs-action", &self.action),
            ("x-acs-date", time),
            ("x-acs-signature-nonce", nonce),
            ("x-acs-content-sha256", &content_hash),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        headers.extend(content_type.map(|value| ("content-type".to_owned(), value)));
        if let Some(token) = &self.security_token {
            headers.push(("x-acs-accesskey-id".to_owned(), access_key_id.to_owned()));
            headers.push(("x-acs-security-token".to_owned(), token.clone()));
        }
        headers.extend_from_slice(&self.signed_headers);

        let (signed_headers, signed_part) = v3::sign_headers(&headers, &content_hash);
        let params = Params::from_pairs(own, in_form);
        let strings = v3::signed(self.method.as_str(), &self.path, &params, &signed_part);
        let signature = secret.map(|secret| v3::signature(strings.string_to_sign.as_bytes(), secret));
        let signature =
            signature.map_or_else(String::new, |bytes| String::from_utf8_lossy(&bytes).into_owned());

        headers.extend_from_slice(&self.headers);
        let authorization = format!(
            "{} Credential={access_key_id},SignedHeaders={signed_headers},Signature={signature}",
            v3::ALGORITHM
        );
        headers.push(("authorization".to_owned(), authorization));
        self.signed_request(query, headers, body, strings, signature)
    }

    fn own_params(&self) -> Vec<(&str, &str)> {
        self.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Where parameters really go: a body of the caller's own leaves no room for a form.
    fn form_placement(&self) -> Placement {
        if self.body.is_some() { Placement::Query } else { self.placement }
    }

    /// The content type, if there is a body, and the body.
    fn payload(&self, form: Vec<u8>) -> (Option<String>, Vec<u8>) {
        match &self.body {
            Some((content_type, text)) => (Some(content_type.clone()), text.clone().into_bytes()),
            None if form.is_empty() => (None, form),
            None => (Some(FORM.to_owned()), form),
        }
    }

    fn signed_request(
        &self,
        query: Vec<u8>,
        headers: Vec<(String, String)>,
        body: Vec<u8>,
        strings: Signed,
        signature: String,
    ) -> SignedRequest {
        let mut path_and_query = self.path.clone();
        if !query.is_empty() {
            path_and_query.push('?');
            path_and_query.push_str(&String::from_utf8(query).expect("the encoder writes ASCII only"));
        }
        SignedRequest {
            method: self.method.clone(),
            path_and_query,
            headers,
            body,
            canonical_request: strings.canonical_request,
            string_to_sign: strings.string_to_sign,
            signature,
        }
    }
}

/// Writes `name=value` pairs, strictly encoded and joined by `&`, after what is there already.
fn write_pairs(out: &mut Vec<u8>, pairs: &[(&str, &str)]) {
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push(b'&');
        }
        encode_into(out, name.as_bytes());
        out.push(b'=');
        encode_into(out, value.as_bytes());
    }
}

/// A request ready to send, with the strings behind its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRequest {
    /// The HTTP method.
    pub method: Method,
    /// The request target.
    pub path_and_query: String,
    /// Every header to be sent but Content-Length, names in lower case, `host` first.
    pub headers: Vec<(String, String)>,
    /// The body, maybe empty.
    pub body: Vec<u8>,
    /// V3's canonical request; for RPC 1.0 the canonicalized query string.
    pub canonical_request: String,
    /// What the MAC was taken over.
    pub string_to_sign: String,
    /// The signature.
    pub signature: String,
}

impl SignedRequest {
    /// The same request as a line for a POSIX shell. `base_url` is scheme, host and port.
    #[must_use]
    pub fn curl(&self, base_url: &str) -> String {
        let mut line = format!("curl -X {}", self.method);
        for (name, value) in &self.headers {
            // curl takes `name:` as "do not send it" and `name;` as "send it empty".
            let header = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            line.push_str(" -H ");
            line.push_str(&quoted(&header));
        }
        if !self.body.is_empty() {
            // Not --data-binary: a body that starts with @ would name a file.
            line.push_str(" --data-raw ");
            line.push_str(&quoted(&String::from_utf8_lossy(&self.body)));
        }
        line.push(' ');
        line.push_str(&quoted(&format!("{}{}", base_url.trim_end_matches('/'), self.path_and_query)));
        line
    }
}

/// A word in single quotes, in which a POSIX shell reads nothing but the next single quote.
pub fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
