//! `ramward call`: signs and sends any operation to any endpoint and prints what comes back.

use anyhow::{Context as _, bail};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use http::Method;
use ramward_domain::ops::{self, OPERATIONS};
use ramward_rpc::api::Product;
use ramward_rpc::request::{Placement, RequestBuilder, SignedRequest};
use ramward_rpc::sign::Scheme;

use super::signed_call::{Signer, SigningOptions, end_refused};
use super::{Context, Ending, print};
use crate::catalogue;
use crate::client::{DEFAULT_ENDPOINT, Endpoint};
use crate::config::Output;
use crate::samples::{Call, Flavour, LANGUAGES, Language, arguments};

/// Parameters longer than this travel in the body of a POST: servers limit the length of a request's first line.
const MAX_QUERY_BYTES: usize = 3000;

/// What RPC 1.0 sends among the parameters, and what to do about it.
const PROTOCOL_PARAMETERS: [(&str, &str); 10] = [
    ("AccessKeyId", "use --access-key-id or --profile"),
    ("Action", "it is the first word after `call`"),
    ("Format", "use --format"),
    ("SecurityToken", "set ALIBABA_CLOUD_SECURITY_TOKEN"),
    ("Signature", "it is computed"),
    ("SignatureMethod", "use --signature"),
    ("SignatureNonce", "it is made anew for each call"),
    ("SignatureVersion", "use --signature"),
    ("Timestamp", "use --signature v3, which keeps it apart from the operation's own"),
    ("Version", "use --version"),
];

/// Sign and send any operation to any endpoint, and print the answer
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ramward call CreateUser UserPrincipalName=alice@acme.onaliyun.com 'DisplayName=Alice A.'
  ramward call ListUsers MaxItems=10 --format xml
  ramward call SetPasswordPolicy MinimumPasswordLength=12 --dry-run
  ramward call ListUsers MaxItems=10 --code python
  ramward call GetCallerIdentity --signature v1 --method GET --endpoint https://sts.aliyuncs.com

Exit codes: 0 the call succeeded, 1 it was refused (the body is printed all the same), 2 no API answered.")]
pub struct CallArgs {
    /// Name of the operation
    #[arg(value_name = "OPERATION")]
    operation: String,
    /// Parameters of the operation; a list is Name.1=…, Name.2=…
    #[arg(value_name = "NAME=VALUE", value_parser = read_parameter)]
    parameters: Vec<(String, String)>,
    /// API version, for an operation whose name does not tell; else the first of IMS, RAM, STS and Ramward that has it
    #[arg(long, value_name = "DATE")]
    version: Option<String>,
    /// Signature: v3 is ACS3-HMAC-SHA256, v1 is RPC 1.0 with HMAC-SHA1
    #[arg(long, value_enum, default_value_t = Signature::V3)]
    signature: Signature,
    /// HTTP method
    #[arg(long, value_enum, ignore_case = true, default_value_t = HttpMethod::Post)]
    method: HttpMethod,
    /// Format of the answer to ask for; without it, the server's default
    #[arg(long, value_enum, ignore_case = true)]
    format: Option<Format>,
    /// Send nothing; print canonical request, string to sign, signature and a curl line
    #[arg(long)]
    dry_run: bool,
    /// Send nothing; print code that makes the call, in this language
    #[arg(long, value_name = "LANGUAGE", conflicts_with = "dry_run", value_parser = languages())]
    code: Option<String>,
    /// With --code: call through the package that all products share, not through the product's own
    #[arg(long, requires = "code")]
    generic: bool,
    #[command(flatten)]
    signing: SigningOptions,
}

fn languages() -> PossibleValuesParser {
    LANGUAGES.iter().map(|language| language.code).collect::<Vec<_>>().into()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Signature {
    V3,
    V1,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HttpMethod {
    #[value(name = "GET")]
    Get,
    #[value(name = "POST")]
    Post,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Xml,
}

impl CallArgs {
    /// Runs the command.
    pub fn run(self, context: &Context) -> anyhow::Result<Ending> {
        let version = self.version()?;
        if let Some(language) = self.code.as_deref().and_then(Language::find) {
            print::result(self.code(context, &version, language)?.as_bytes())?;
            return Ok(Ending::Done);
        }
        if self.signature == Signature::V1 {
            self.refuse_protocol_parameters()?;
        }
        let signer = Signer::find(context, &self.signing)?;
        let request = self.request(&signer, &version);
        if self.dry_run {
            show(&signer, &signer.sign(&request), context.settings.output)?;
            return Ok(Ending::Done);
        }
        let answer = signer.send(&request)?;
        print::body(&answer.body)?;
        match answer.refusal() {
            None => Ok(Ending::Done),
            Some(refusal) => end_refused(&refusal),
        }
    }

    /// Code that makes this call.
    fn code(&self, context: &Context, version: &str, language: &Language) -> anyhow::Result<String> {
        let Some(product) = Product::of_version(version) else {
            bail!(
                "code is written for the versions of IMS, RAM, STS and Ramward, and {version:?} is none of them"
            );
        };
        let endpoint = context.settings.endpoint.as_deref().unwrap_or(DEFAULT_ENDPOINT);
        let endpoint: Endpoint = endpoint.parse().context("the endpoint is not usable")?;
        let is_secure = endpoint.to_string().starts_with("https:");
        let typed: Vec<(&str, &str)> =
            self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let operation = ops::find(product, &self.operation).and_then(|place| OPERATIONS.get(place));
        let flavour = if self.generic || operation.is_none() { Flavour::Generic } else { Flavour::Typed };
        let call = match operation {
            Some(operation) => Call::new(&operation.describe(), &typed, is_secure, endpoint.authority()),
            None => Call {
                product,
                version: version.to_owned(),
                action: self.operation.clone(),
                is_unsigned: false,
                arguments: arguments::unknown(&typed),
                is_secure,
                authority: endpoint.authority().to_owned(),
            },
        };
        Ok(language.write(&call, flavour))
    }

    fn version(&self) -> anyhow::Result<String> {
        if let Some(version) = &self.version {
            return Ok(version.clone());
        }
        if let Some(product) = catalogue::product_of(&self.operation) {
            return Ok(product.version().to_owned());
        }
        match catalogue::nearest(&self.operation) {
            Some(name) => bail!(
                "no operation {:?} is known, but {name} is; for one that is not in the catalogue give its --version, like --version 2019-08-15",
                self.operation
            ),
            None => bail!(
                "no operation {:?} is known; give its --version, like --version 2019-08-15",
                self.operation
            ),
        }
    }

    fn refuse_protocol_parameters(&self) -> anyhow::Result<()> {
        for (name, _) in &self.parameters {
            if let Some((_, instead)) = PROTOCOL_PARAMETERS.iter().find(|(taken, _)| taken == name) {
                bail!("with --signature v1, the parameter {name} belongs to the protocol: {instead}");
            }
        }
        Ok(())
    }

    fn request(&self, signer: &Signer, version: &str) -> RequestBuilder {
        let length: usize = self.parameters.iter().map(|(name, value)| name.len() + value.len()).sum();
        let in_body = self.method == HttpMethod::Post && length > MAX_QUERY_BYTES;
        let request = signer
            .request(version, &self.operation)
            .params(self.parameters.iter().cloned())
            .placement(if in_body { Placement::Body } else { Placement::Query })
            .method(match self.method {
                HttpMethod::Get => Method::GET,
                HttpMethod::Post => Method::POST,
            })
            .scheme(match self.signature {
                Signature::V3 => Scheme::V3,
                Signature::V1 => Scheme::RpcV1,
            });
        match self.format {
            None => request,
            Some(Format::Json) => request.format("JSON"),
            Some(Format::Xml) => request.format("XML"),
        }
    }
}

/// Reads `Name=Value`. The value may be empty and may hold `=`.
fn read_parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        None => Err("a parameter is written Name=Value, like DisplayName=Alice".into()),
        Some(("", _)) => Err("the name before = is missing; write Name=Value, like DisplayName=Alice".into()),
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
    }
}

fn show(signer: &Signer, signed: &SignedRequest, output: Output) -> anyhow::Result<()> {
    let curl = signed.curl(&signer.endpoint().to_string());
    let text = match output {
        Output::Table => format!(
            "# canonical request\n{}\n\n# string to sign\n{}\n\n# signature\n{}\n\n# as a command line\n{curl}\n",
            signed.canonical_request, signed.string_to_sign, signed.signature
        ),
        Output::Json => {
            let object = serde_json::json!({
                "CanonicalRequest": signed.canonical_request,
                "StringToSign": signed.string_to_sign,
                "Signature": signed.signature,
                "Curl": curl,
            });
            serde_json::to_string(&object).context("cannot write JSON")? + "\n"
        }
    };
    print::result(text.as_bytes())?;
    let credentials = signer.credentials();
    print::note(&format!(
        "nothing was sent; signed with {} from {}, good for one use within 15 minutes",
        credentials.access_key_id, credentials.source
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_be_empty_and_may_hold_the_sign() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(read_parameter("Comments="), pair("Comments", ""));
        assert_eq!(read_parameter("a=b=c"), pair("a", "b=c"));
        assert_eq!(read_parameter("Tag.1.Key= x "), pair("Tag.1.Key", " x "));
        assert!(read_parameter("=x").is_err() && read_parameter("x").is_err() && read_parameter("").is_err());
    }
}
