//! ResetServer: the server begins anew, with what it was started with, with nothing, or with a given state.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::Nested;

use crate::ids::{AccessKeyId, AccountId};
use crate::ops::prepared::Prepared;
use crate::ops::{Cx, FirstAccount, Operation, Prepare, ResetTo};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ResetServer;

shape! {
    /// What to begin with. Without parameters, with what the server was started with.
    pub struct ResetServerRequest {
        /// With nothing but the first account, whatever the server was started with. Not together with `State`.
        Empty as empty: Option<bool> = "true";
        /// With the text of this state file, one record a line or one object.
        State as state: Option<String> = "{\"Accounts\":[]}";
    }
}

shape! {
    /// The answer.
    pub struct ResetServerResponse {
        /// The account, unless there are several.
        AccountId as account_id: Option<AccountId> = "1234567890123456";
        /// The root AccessKey of that account, if a new one had to be made. It is shown this once.
        AccessKey as access_key: Option<Nested<MadeAccessKey>> = "";
    }
}

shape! {
    /// An AccessKey.
    pub struct MadeAccessKey {
        /// Its id.
        AccessKeyId as access_key_id: AccessKeyId = "LTAI5tExampleExampleAkId";
        /// Its secret.
        AccessKeySecret as access_key_secret: String = "ExampleSecretExampleSecretEx30";
    }
}

impl Operation for ResetServer {
    const API: Api = Api {
        product: Product::Ramward,
        action: "ResetServer",
        summary: "Deletes all accounts, puts the clock back to the wall clock and begins anew: with the state files the server was started with, with nothing, or with a given state. The first root AccessKey, the operator's and all snapshots stay.",
        access: Access::Write,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:ResetServer",
        resource: "*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "删除所有账号，将时钟恢复为真实时间并重新开始：使用启动时的状态文件、空白状态或指定的状态；最初的主账号 AccessKey、运维者的 AccessKey 和所有快照保留。";
    const SLOW: bool = true;
    type Request = Prepared<ResetServerRequest, FirstAccount>;
    type Response = ResetServerResponse;

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let ResetServerRequest { empty, state } = &request.request;
        let to = match (empty.unwrap_or_default(), state) {
            (false, None) => ResetTo::Start,
            (true, None) => ResetTo::Empty,
            (false, Some(state)) => ResetTo::State(state),
            (true, Some(_)) => {
                let mut error = ApiError::invalid("State", Rule::Format);
                error.message = "Empty and State exclude each other. Give one of them.".to_owned();
                return Err(error);
            }
        };
        request.prepared = Some(cx.whole.reset(to)?);
        Ok(())
    }

    fn handle(_: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<ResetServerResponse> {
        let Some(FirstAccount { account_id, root_key }) = &request.prepared else {
            return Err(ApiError::internal("a reset was answered that was not made"));
        };
        let access_key = root_key.as_ref().map(|key| MadeAccessKey {
            access_key_id: key.access_key_id.clone(),
            access_key_secret: key.access_key_secret.expose().to_owned(),
        });
        Ok(ResetServerResponse { account_id: *account_id, access_key: access_key.map(Nested) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::service::StartedWith;
    use crate::service::first_start::Wishes;
    use crate::state::import::{self, Form};
    use crate::store::seal::SealKey;
    use crate::testing::{ACCOUNT, TestApp};

    const STATE: &str = r#"{"Kind":"Account","AccountId":"6543210987654321","RootAccessKeys":[{"AccessKeyId":"LTAIother","AccessKeySecret":"othersecret"}]}
{"Kind":"User","AccountId":"6543210987654321","UserName":"zoe"}
"#;

    fn reset(app: &TestApp, params: &[(&str, &str)]) -> Value {
        let (status, body) = app.call_as(&app.operator, "ResetServer", params);
        assert_eq!(status, 200, "{params:?}: {body}");
        body
    }

    fn accounts(app: &TestApp) -> Vec<String> {
        let (_, body) = app.call_as(&app.operator, "ListAccounts", &[]);
        let listed = body["Accounts"]["Account"].as_array().unwrap();
        listed.iter().map(|one| one["AccountId"].as_str().unwrap().to_owned()).collect()
    }

    fn users(app: &TestApp) -> usize {
        app.ok("ListUsers", &[])["Users"]["User"].as_array().unwrap().len()
    }

    #[test]
    fn the_first_account_is_as_new_and_its_key_works_on() {
        let app = TestApp::in_a_file();
        let fresh = app.ok("GetAccountSummary", &[]);
        let alice = app.user_with_key("alice");
        assert_eq!(app.call_as(&app.operator, "CreateAccount", &[("AccountId", "2000000000000000")]).0, 200);
        assert_eq!(app.call_as(&app.operator, "SetClock", &[("Advance", "8640000")]).0, 200);
        // Its row goes, and comes back: what the first start made is remembered apart from it.
        let id = app.root.access_key_id.to_string();
        app.ok("DeleteAccessKey", &[("UserAccessKeyId", &id)]);
        assert_eq!(reset(&app, &[]), json!({ "AccountId": ACCOUNT }));
        assert_eq!((accounts(&app), users(&app)), (vec![ACCOUNT.to_owned()], 0));
        assert_eq!(app.service.now(), app.wall());
        assert_eq!(app.refused_as(&alice, "GetCallerIdentity", &[]), "InvalidAccessKeyId.NotFound");
        assert_eq!(app.ok("GetAccountSummary", &[]), fresh);
        let keys = app.ok("ListAccessKeys", &[]);
        assert_eq!(keys["AccessKeys"]["AccessKey"][0]["AccessKeyId"], id);
        app.user("alice");
        assert_eq!(reset(&app, &[("Empty", "true")]), json!({ "AccountId": ACCOUNT }));
        assert_eq!(users(&app), 0);
    }

    #[test]
    fn to_a_state_that_comes_with_the_call() {
        let app = TestApp::in_a_file();
        app.user("alice");
        assert_eq!(reset(&app, &[("State", STATE)]), json!({ "AccountId": "6543210987654321" }));
        assert_eq!(accounts(&app), ["6543210987654321"]);
        let other = crate::testing::NewKey {
            access_key_id: "LTAIother".parse().unwrap(),
            access_key_secret: ramward_rpc::sign::Secret::from("othersecret"),
        };
        let (_, users) = app.call_as(&other, "ListUsers", &[]);
        assert_eq!(users["Users"]["User"][0]["UserPrincipalName"], "zoe@6543210987654321.onaliyun.com");
        assert_eq!(
            app.refused("ListUsers", &[]),
            "InvalidAccessKeyId.NotFound",
            "its account is not in the state"
        );
        // One object, without a key: the account of the first start has its own again, another gets a new one.
        let object = |id: &str| json!({ "Accounts": [{ "AccountId": id }] }).to_string();
        assert_eq!(reset(&app, &[("State", &object(ACCOUNT))]), json!({ "AccountId": ACCOUNT }));
        app.ok("ListUsers", &[]);
        let made = reset(&app, &[("State", &object("6543210987654321"))]);
        let key = TestApp::key_of(&made);
        assert_eq!(app.call_as(&key, "ListUsers", &[]).0, 200);
        reset(&app, &[]);
    }

    #[test]
    fn to_what_the_server_was_started_with() {
        let app = TestApp::in_a_file();
        let load = |store: &crate::store::Store, present: crate::report::history::Present<'_>| {
            let seal = SealKey::generate(&crate::entropy::SeededEntropy::new(1));
            let (entropy, source) = (crate::entropy::OsEntropy, &mut STATE.as_bytes());
            import::import(store, &seal, &entropy, present, source, Form::Lines, &mut |_| {})
                .map(drop)
                .map_err(|error| error.to_string())
        };
        app.service.set_started_with(StartedWith { wishes: Wishes::default(), load: Box::new(load) });
        app.user("alice");
        assert_eq!(reset(&app, &[]), json!({ "AccountId": ACCOUNT }));
        assert_eq!(accounts(&app), [ACCOUNT, "6543210987654321"]);
        assert_eq!(users(&app), 0);
        reset(&app, &[("Empty", "true")]);
        assert_eq!(accounts(&app), [ACCOUNT]);
    }

    #[test]
    fn a_state_that_cannot_be_taken_changes_nothing() {
        let app = TestApp::in_a_file();
        app.user("alice");
        let cut = &STATE[..STATE.len() - 10];
        let (status, body) = app.call_as(&app.operator, "ResetServer", &[("State", cut)]);
        assert_eq!((status, &body["Code"]), (400, &"InvalidParameter.State.Format".into()));
        assert!(body["Message"].as_str().unwrap().contains("line 2"), "{body}");
        let gone = Box::new(|_: &crate::store::Store, _: crate::report::history::Present<'_>| {
            Err("it is gone".to_owned())
        });
        app.service.set_started_with(StartedWith { wishes: Wishes::default(), load: gone });
        let (status, body) = app.call_as(&app.operator, "ResetServer", &[]);
        assert_eq!((status, &body["Code"]), (400, &"InvalidParameter".into()));
        assert!(body["Message"].as_str().unwrap().contains("it is gone"), "{body}");
        assert_eq!(users(&app), 1);
    }

    #[test]
    fn refusals() {
        let app = TestApp::in_a_file();
        app.user("alice");
        let refused = |params: &[(&str, &str)]| app.refused_as(&app.operator, "ResetServer", params);
        assert_eq!(refused(&[("Empty", "x")]), "InvalidParameter.Empty.Format");
        assert_eq!(refused(&[("Empty", "true"), ("State", STATE)]), "InvalidParameter.State.Format");
        assert_eq!(refused(&[("State", "nonsense")]), "InvalidParameter.State.Format");
        assert_eq!(app.refused("ResetServer", &[]), "NoPermission");
        assert_eq!(users(&app), 1);
    }
}
