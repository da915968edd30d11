//! ListFaults: the faults that calls of this server meet.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Empty, Nested};

use crate::endpoint::faults::{Fault, FaultKind};
use crate::identity::label::Label;
use crate::ops::{Cx, Operation};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListFaults;

shape! {
    /// The answer.
    pub struct ListFaultsResponse {
        /// The faults, in the order in which they are tried.
        Faults as faults: Nested<ListedFaults> = "";
    }
}

shape! {
    /// The faults.
    pub struct ListedFaults {
        /// The faults.
        Fault as fault: Vec<ListedFault> = "";
    }
}

shape! {
    /// A fault.
    pub struct ListedFault {
        /// Its name.
        FaultName as fault_name: Label = "slow";
        /// What happens to a call.
        Kind as kind: FaultKind = "Throttling";
        /// Which operation it meets; absent for every one.
        Operation as operation: Option<String> = "Ims:GetUser";
        /// How many of a hundred calls it meets.
        Rate as rate: i64 = "100";
        /// How many calls it still meets; absent for any number.
        Left as left: Option<i64> = "2";
        /// How many calls it has met.
        Met as met: i64 = "1";
        /// How long an answer is held back.
        Milliseconds as milliseconds: Option<i64> = "250";
        /// By how many seconds the clock is ahead.
        Seconds as seconds: Option<i64> = "1200";
    }
}

impl Operation for ListFaults {
    const API: Api = Api {
        product: Product::Ramward,
        action: "ListFaults",
        summary: "Lists the faults that calls of this server meet.",
        access: Access::Read,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:ListFaults",
        resource: "*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出本服务器的调用会遇到的预设故障。";
    type Request = Empty;
    type Response = ListFaultsResponse;

    fn handle(cx: &mut Cx<'_, '_>, _: &Self::Request) -> ApiResult<ListFaultsResponse> {
        let fault = cx.endpoint.faults.all().into_iter().map(listed).collect();
        Ok(ListFaultsResponse { faults: Nested(ListedFaults { fault }) })
    }
}

fn listed(fault: Fault) -> ListedFault {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let operation = fault.aim.action.map(|action| match fault.aim.product {
        Some(product) => format!("{}:{action}", product.name()),
        None => action.to_owned(),
    });
    ListedFault {
        fault_name: fault.name,
        kind: fault.kind,
        operation,
        rate: fault.rate.into(),
        left: fault.left.map(count),
        met: count(fault.met),
        milliseconds: (fault.kind == FaultKind::Delay).then(|| fault.delay_ms.into()),
        seconds: (fault.kind == FaultKind::ClockSkew).then_some(fault.skew_seconds),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn every_fault_with_what_it_has_met() {
        let app = TestApp::new();
        let set = |params: &[(&str, &str)]| {
            assert_eq!(app.call_as(&app.operator, "SetFault", params).0, 200, "{params:?}");
        };
        set(&[("FaultName", "a"), ("Kind", "Throttling"), ("Operation", "ims:ListUsers"), ("Count", "3")]);
        set(&[
            ("FaultName", "b"),
            ("Kind", "Delay"),
            ("Milliseconds", "5"),
            ("Rate", "50"),
            ("Operation", "GetUser"),
        ]);
        set(&[("FaultName", "c"), ("Kind", "ClockSkew"), ("Seconds", "-20")]);
        assert_eq!(app.refused("ListUsers", &[]), "Throttling");
        let (_, listed) = app.call_as(&app.operator, "ListFaults", &[]);
        insta::assert_json_snapshot!(listed["Faults"]["Fault"], @r#"
        [
          {
            "FaultName": "a",
            "Kind": "Throttling",
            "Operation": "Ims:ListUsers",
            "Rate": 100,
            "Left": 2,
            "Met": 1
          },
          {
            "FaultName": "b",
            "Kind": "Delay",
            "Operation": "GetUser",
            "Rate": 50,
            "Met": 0,
            "Milliseconds": 5
          },
          {
            "FaultName": "c",
            "Kind": "ClockSkew",
            "Rate": 100,
            "Met": 0,
            "Seconds": -20
          }
        ]
        "#);
        assert_eq!(app.refused("ListFaults", &[]), "NoPermission");
    }
}
