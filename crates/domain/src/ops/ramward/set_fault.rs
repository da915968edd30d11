//! SetFault: calls fail, wait or are judged by a wrong clock from now on, for those who test how their program takes it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code, Plain, Rule};
use ramward_rpc::shape;
use ramward_rpc::shape::{Bounded, Empty};

use crate::endpoint::faults::{Aim, Fault, FaultKind};
use crate::identity::label::Label;
use crate::ops::{self, Cx, Operation};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetFault;

shape! {
    /// Which fault.
    pub struct SetFaultRequest {
        /// Its name; a fault of the same name is replaced, and its counts begin anew.
        FaultName as fault_name: Label = "slow";
        /// What happens to a call: it is refused, its answer is held back, or its time is judged by a wrong clock.
        Kind as kind: FaultKind = "Throttling";
        /// Which operation it meets, as `GetUser` or, of one product, as `Ram:GetUser`. Without it, every operation but those that look after faults and requests.
        Operation as operation: Option<String> = "Ims:GetUser";
        /// How many of a hundred calls it meets. Default: 100.
        Rate as rate: Option<Bounded<1, 100>> = "100";
        /// How many calls it meets before it is used up. Without it, any number.
        Count as count: Option<Bounded<1, { i64::MAX }>> = "3";
        /// How long an answer is held back; only with `Delay`.
        Milliseconds as milliseconds: Option<Bounded<1, 600_000>> = "250";
        /// By how many seconds the clock is ahead, negative for behind; only with `ClockSkew`.
        Seconds as seconds: Option<Bounded<-31_536_000, 31_536_000>> = "1200";
    }
}

impl Operation for SetFault {
    const API: Api = Api {
        product: Product::Ramward,
        action: "SetFault",
        summary: "Lets calls fail on demand, on a server that was started with --fault-injection. A call meets the first fault that is aimed at it; a restart forgets them all.",
        // Faults are in memory alone: nothing is written.
        access: Access::Read,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:SetFault",
        resource: "*",
        errors: &["LimitExceeded.Fault"],
    };
    const SUMMARY_ZH: &'static str = "在以 --fault-injection 启动的服务器上，让指定的调用按需失败；一次调用只遇到第一个针对它的故障，重启后全部清除。";
    type Request = SetFaultRequest;
    type Response = Empty;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<Empty> {
        if !cx.endpoint.faults.is_allowed() {
            return Err(ApiError::with_message(
                Plain::NoPermission,
                "You are not authorized to do this action. Calls of this server fail on demand only if it was started with --fault-injection.",
            ));
        }
        let number = |given: Option<i64>, name: &'static str, kind: FaultKind| match given {
            Some(number) if request.kind == kind => Ok(number),
            None if request.kind == kind => Err(ApiError::missing(name)),
            None => Ok(0),
            Some(_) => {
                let mut error = ApiError::invalid(name, Rule::Format);
                error.message = format!("{} It is for the kind {kind} alone.", error.message);
                Err(error)
            }
        };
        let delay = number(request.milliseconds.map(Bounded::get), "Milliseconds", FaultKind::Delay)?;
        let skew_seconds = number(request.seconds.map(Bounded::get), "Seconds", FaultKind::ClockSkew)?;
        let fault = Fault {
            name: request.fault_name.clone(),
            kind: request.kind,
            aim: request.operation.as_deref().map_or(Ok(Aim { product: None, action: None }), aim)?,
            rate: request.rate.map_or(100, |rate| u32::try_from(rate.get()).unwrap_or(100)),
            left: request.count.map(|count| count.get().unsigned_abs()),
            delay_ms: u32::try_from(delay).unwrap_or(u32::MAX),
            skew_seconds,
            met: 0,
        };
        if cx.endpoint.faults.set(fault) {
            Ok(Empty {})
        } else {
            Err(ApiError::new(Code::LimitExceeded("Fault")))
        }
    }
}

/// Reads `Action` or `Product:Action`.
fn aim(text: &str) -> ApiResult<Aim> {
    let unknown = || {
        let mut error = ApiError::invalid("Operation", Rule::Range);
        error.message = format!(
            "{} It takes an operation of this server, such as GetUser or Ram:GetUser.",
            error.message
        );
        error
    };
    let (product, action) = match text.split_once(':') {
        Some((product, action)) => {
            let found = Product::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(product));
            (Some(found.ok_or_else(unknown)?), action)
        }
        None => (None, text),
    };
    let known = ops::OPERATIONS
        .iter()
        .map(|operation| operation.api())
        .find(|api| api.action == action && product.is_none_or(|product| api.product == product));
    Ok(Aim { product, action: Some(known.ok_or_else(unknown)?.action) })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::TestApp;

    fn set(app: &TestApp, params: &[(&str, &str)]) {
        let (status, body) = app.call_as(&app.operator, "SetFault", params);
        assert_eq!((status, body), (200, json!({})), "{params:?}");
    }

    fn code_of(app: &TestApp, action: &str) -> Value {
        app.call(action, &[]).1["Code"].clone()
    }

    #[test]
    fn calls_are_refused_as_often_as_was_asked_for_and_nothing_else_is() {
        let app = TestApp::new();
        for (kind, status, retry) in [
            ("Throttling", 400, Some(1000)),
            ("ServiceUnavailable", 503, Some(1000)),
            ("InternalError", 500, None),
        ] {
            set(&app, &[("FaultName", "f"), ("Kind", kind), ("Operation", "CreateUser"), ("Count", "2")]);
            for _ in 0..2 {
                let request = TestApp::request(
                    "CreateUser",
                    &[("UserPrincipalName", &TestApp::upn(kind)), ("DisplayName", "x")],
                );
                let answer = app.send(&app.sign(&app.root, &request));
                assert_eq!((answer.status, answer.retry_after_ms), (status, retry), "{kind}");
                assert_eq!(answer.record.code.as_deref(), Some(kind));
            }
            app.ok("ListUsers", &[]);
            app.user(kind);
        }
        let users = app.ok("ListUsers", &[]);
        assert_eq!(
            users["Users"]["User"].as_array().unwrap().len(),
            3,
            "what was refused has changed nothing"
        );
    }

    #[test]
    fn a_kept_answer_meets_it_too_and_the_report_stays_what_it_was() {
        let app = TestApp::new();
        let report = app.ok("GetAccountSecurityPracticeReport", &[]);
        set(&app, &[("FaultName", "all"), ("Kind", "Throttling")]);
        assert_eq!(code_of(&app, "GetAccountSecurityPracticeReport"), "Throttling");
        assert_eq!(code_of(&app, "GetCallerIdentity"), "Throttling");
        let (status, seen) = app.call_as(&app.operator, "ListRequests", &[("MaxItems", "1")]);
        assert_eq!(status, 200, "{seen}");
        let last = &seen["Requests"]["Request"][0];
        assert_eq!((&last["RefusedAt"], &last["FaultName"]), (&"Fault".into(), &"all".into()));
        assert_eq!(app.call_as(&app.operator, "DeleteFaults", &[]).1["Deleted"], 1);
        assert_eq!(app.ok("GetAccountSecurityPracticeReport", &[]), report);
    }

    #[test]
    fn a_delayed_call_is_done_and_its_answer_says_how_long_to_hold_it() {
        let app = TestApp::new();
        set(
            &app,
            &[
                ("FaultName", "slow"),
                ("Kind", "Delay"),
                ("Milliseconds", "250"),
                ("Operation", "Ims:ListUsers"),
            ],
        );
        let answer = app.send(&app.sign(&app.root, &TestApp::request("ListUsers", &[])));
        assert_eq!((answer.status, answer.record.fault.unwrap().delay_ms), (200, 250));
        let answer = app.send(&app.sign(&app.root, &TestApp::request("GetAccountMFAInfo", &[])));
        assert!(answer.record.fault.is_none());
    }

    #[test]
    fn a_wrong_clock_refuses_what_is_signed_by_the_right_one() {
        let app = TestApp::new();
        for (seconds, code) in [("901", "InvalidTimeStamp.Expired"), ("-901", "InvalidTimeStamp.Expired")] {
            set(&app, &[("FaultName", "skew"), ("Kind", "ClockSkew"), ("Seconds", seconds)]);
            assert_eq!(code_of(&app, "ListUsers"), code, "{seconds}");
        }
        set(&app, &[("FaultName", "skew"), ("Kind", "ClockSkew"), ("Seconds", "900")]);
        assert_eq!(code_of(&app, "ListUsers"), Value::Null);
    }

    #[test]
    fn a_key_that_is_read_from_the_store_draws_once() {
        let app = TestApp::new();
        set(
            &app,
            &[("FaultName", "once"), ("Kind", "Throttling"), ("Operation", "ListUsers"), ("Count", "1")],
        );
        let alice = app.user_with_key("alice");
        assert_eq!(app.refused_as(&alice, "ListUsers", &[]), "Throttling");
        let (_, faults) = app.call_as(&app.operator, "ListFaults", &[]);
        assert_eq!(faults["Faults"]["Fault"][0]["Met"], 1);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let refused = |params: &[(&str, &str)]| {
            let params = [&[("FaultName", "f")], params].concat();
            app.refused_as(&app.operator, "SetFault", &params)
        };
        assert_eq!(app.refused_as(&app.operator, "SetFault", &[("Kind", "Delay")]), "MissingFaultName");
        assert_eq!(refused(&[]), "MissingKind");
        assert_eq!(refused(&[("Kind", "Fire")]), "InvalidParameter.Kind.Range");
        assert_eq!(refused(&[("Kind", "Delay")]), "MissingMilliseconds");
        assert_eq!(
            refused(&[("Kind", "Delay"), ("Milliseconds", "600001")]),
            "InvalidParameter.Milliseconds.Range"
        );
        assert_eq!(refused(&[("Kind", "ClockSkew")]), "MissingSeconds");
        assert_eq!(refused(&[("Kind", "Throttling"), ("Seconds", "1")]), "InvalidParameter.Seconds.Format");
        assert_eq!(refused(&[("Kind", "Throttling"), ("Rate", "0")]), "InvalidParameter.Rate.Range");
        assert_eq!(refused(&[("Kind", "Throttling"), ("Count", "0")]), "InvalidParameter.Count.Range");
        for operation in ["GetNothing", "Sts:GetUser", "Oss:GetUser"] {
            let code = refused(&[("Kind", "Throttling"), ("Operation", operation)]);
            assert_eq!(code, "InvalidParameter.Operation.Range", "{operation}");
        }
        assert_eq!(
            app.refused_as(&app.operator, "SetFault", &[("FaultName", "../f"), ("Kind", "Throttling")]),
            "InvalidParameter.FaultName.InvalidChars"
        );
        for number in 0..crate::endpoint::faults::MOST {
            set(
                &app,
                &[("FaultName", &number.to_string()), ("Kind", "Throttling"), ("Operation", "GetUser")],
            );
        }
        assert_eq!(refused(&[("Kind", "Throttling")]), "LimitExceeded.Fault");
        assert_eq!(app.refused("SetFault", &[("FaultName", "f"), ("Kind", "Throttling")]), "NoPermission");
    }

    #[test]
    fn only_where_the_server_was_started_for_it() {
        let app = TestApp::with(|settings| settings.fault_injection = false);
        let (status, body) =
            app.call_as(&app.operator, "SetFault", &[("FaultName", "f"), ("Kind", "Throttling")]);
        assert_eq!((status, &body["Code"]), (403, &"NoPermission".into()));
        assert!(body["Message"].as_str().unwrap().contains("--fault-injection"), "{body}");
        app.ok("ListUsers", &[]);
    }
}
