//! SetClock: moves the clock of dates and ages, for those who test against this server. Signatures and one-time codes
//! keep to the wall clock (decision record 0010).

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Plain, Rule};
use ramward_rpc::shape;

use crate::ops::{Cx, Operation};
use crate::report::history;
use crate::store::Effect;
use crate::store::tables::server;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SetClock;

shape! {
    /// Where to move the clock. Without parameters it shows the wall clock's time again.
    pub struct SetClockRequest {
        /// The time to show. The clock goes on from there. (`Timestamp` is a parameter of the signature.)
        Time as time: Option<Timestamp> = "2026-11-01T00:00:00Z";
        /// By how many seconds to move on from what the clock shows now; negative moves it back. Not together with `Time`.
        Advance as advance: Option<i64> = "86400";
    }
}

shape! {
    /// The answer.
    pub struct SetClockResponse {
        /// What the clock shows now.
        Timestamp as timestamp: Timestamp = "2026-11-01T00:00:00Z";
    }
}

impl Operation for SetClock {
    const API: Api = Api {
        product: Product::Ramward,
        action: "SetClock",
        summary: "Moves the clock that dates and ages go by; without parameters it shows the wall clock's time again.",
        access: Access::Write,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:SetClock",
        resource: "*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "调整计算日期和天数所用的时钟；不带参数时恢复为真实时间。";
    type Request = SetClockRequest;
    type Response = SetClockResponse;

    fn handle(cx: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<SetClockResponse> {
        if !cx.settings.virtual_clock {
            return Err(ApiError::with_message(
                Plain::NoPermission,
                "You are not authorized to do this action. The clock of this server moves only if it was started with --virtual-clock.",
            ));
        }
        let now = match (request.time, request.advance) {
            (None, None) => cx.wall,
            (Some(time), None) => time,
            (None, Some(seconds)) => advanced(cx.now, seconds)?,
            (Some(_), Some(_)) => {
                let mut error = ApiError::invalid("Advance", Rule::Format);
                error.message = "Time and Advance exclude each other. Give one of them.".to_owned();
                return Err(error);
            }
        };
        if now < cx.now {
            history::clock_was_set_back(cx.tx, now)?;
        }
        let offset_seconds = now.seconds_since(cx.wall);
        server::update(cx.tx, server::CLOCK_OFFSET, &offset_seconds.to_string())?;
        cx.tx.effect(Effect::Clock(offset_seconds));
        Ok(SetClockResponse { timestamp: now })
    }
}

fn advanced(now: Timestamp, seconds: i64) -> ApiResult<Timestamp> {
    let later = now.plus_seconds(seconds);
    // Beyond years 1 to 9999 the sum is cut.
    if later.seconds_since(now) == seconds {
        Ok(later)
    } else {
        Err(ApiError::invalid("Advance", Rule::Range))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::TestApp;

    fn set(app: &TestApp, params: &[(&str, &str)]) -> serde_json::Value {
        let (status, body) = app.call_as(&app.operator, "SetClock", params);
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["Timestamp"], app.service.now().to_string(), "{params:?}");
        body
    }

    #[test]
    fn to_a_time_on_back_and_home() {
        let app = TestApp::new();
        assert_eq!(
            set(&app, &[("Time", "2031-02-03T04:05:06Z")]),
            json!({ "Timestamp": "2031-02-03T04:05:06Z" })
        );
        app.clock.advance(10);
        assert_eq!(app.service.now().to_string(), "2031-02-03T04:05:16Z", "it goes on");
        assert_eq!(set(&app, &[("Advance", "86400")])["Timestamp"], "2031-02-04T04:05:16Z");
        assert_eq!(set(&app, &[("Advance", "-86416")])["Timestamp"], "2031-02-03T04:05:00Z");
        assert_eq!(set(&app, &[])["Timestamp"], "2025-06-15T12:00:10Z");
    }

    #[test]
    fn dates_follow_and_the_report_ages() {
        let app = TestApp::new();
        app.user_with_key("alice");
        let old = |app: &TestApp| {
            let report = app.ok("GetAccountSecurityPracticeReport", &[]);
            report["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"]["OldAkNum"].clone()
        };
        assert_eq!(old(&app), 0);
        set(&app, &[("Advance", &(91 * 86_400).to_string())]);
        assert_eq!(old(&app), 2, "root's key and alice's");
        let bob =
            app.ok("CreateUser", &[("UserPrincipalName", &TestApp::upn("bob")), ("DisplayName", "Bob")]);
        assert_eq!(bob["User"]["CreateDate"], "2025-09-14T12:00:00Z");
        set(&app, &[]);
        assert_eq!(old(&app), 0);
    }

    #[test]
    fn refusals() {
        let app = TestApp::new();
        let refused = |params: &[(&str, &str)]| app.refused_as(&app.operator, "SetClock", params);
        assert_eq!(refused(&[("Time", "tomorrow")]), "InvalidParameter.Time.Format");
        assert_eq!(refused(&[("Advance", "soon")]), "InvalidParameter.Advance.Format");
        let both = [("Time", "2031-01-01T00:00:00Z"), ("Advance", "1")];
        assert_eq!(refused(&both), "InvalidParameter.Advance.Format");
        for beyond in ["9223372036854775807", "-9223372036854775808", "300000000000"] {
            assert_eq!(refused(&[("Advance", beyond)]), "InvalidParameter.Advance.Range", "{beyond}");
        }
        assert_eq!(app.refused("SetClock", &[]), "NoPermission");
    }

    #[test]
    fn only_where_the_server_was_started_for_it() {
        let app = TestApp::with(|settings| settings.virtual_clock = false);
        let (status, body) = app.call_as(&app.operator, "SetClock", &[("Advance", "1")]);
        assert_eq!((status, &body["Code"]), (403, &"NoPermission".into()));
        assert!(body["Message"].as_str().unwrap().contains("--virtual-clock"), "{body}");
    }

    #[test]
    fn xml() {
        let app = TestApp::new();
        let request = TestApp::request("SetClock", &[("Advance", "86400")]).format("XML");
        let answer = app.send(&app.sign(&app.operator, &request));
        let xml = String::from_utf8(answer.body).unwrap();
        assert!(answer.status == 200 && xml.contains("2025-06-16T12:00:00Z"), "{xml}");
    }
}
