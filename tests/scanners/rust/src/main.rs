//! `rs-ali-sts` on an endpoint: who calls, what root is told about roles, and a role assumed by a user, as one JSON line.

use std::env;
use std::error::Error;

use rs_ali_sts::{AssumeRoleRequest, Client, ClientConfig, Credential, StsError};
use serde_json::json;

/// A client on the endpoint with the key of two environment variables.
fn client(endpoint: &str, id: &str, secret: &str) -> Result<Client, Box<dyn Error>> {
    let mut config = ClientConfig::default();
    config.endpoint = endpoint.to_owned();
    Ok(Client::with_config(Credential::new(env::var(id)?, env::var(secret)?), config)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [endpoint, role] = arguments.as_slice() else { return Err("usage: sts ENDPOINT ROLE_ARN".into()) };
    let wanted = AssumeRoleRequest::builder().role_arn(role).role_session_name("rust").try_build()?;

    let root = client(endpoint, "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")?;
    let caller = root.get_caller_identity().await?;
    let refused = match root.assume_role(wanted.clone()).await {
        Err(StsError::Api { code, .. }) => Some(code),
        Err(error) => return Err(error.into()),
        Ok(_) => None,
    };
    let user = client(endpoint, "USER_ACCESS_KEY_ID", "USER_ACCESS_KEY_SECRET")?;
    let assumed = user.assume_role(wanted).await?;
    println!(
        "{}",
        json!({
            "identity": [caller.account_id, caller.identity_type],
            "root_refused": refused,
            "assumed": assumed.assumed_role_user.arn,
            "expired": assumed.credentials.is_expired(),
        })
    );
    Ok(())
}
