//! ListSnapshots: the states of this server that were saved.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::ApiResult;
use ramward_rpc::shape;
use ramward_rpc::shape::{Empty, Nested};

use crate::identity::label::Label;
use crate::ops::prepared::Prepared;
use crate::ops::{Cx, Operation, Prepare};
use crate::store::Snapshot;
use crate::time::Timestamp;

/// See [`Operation::API`].
#[derive(Debug)]
pub struct ListSnapshots;

shape! {
    /// The answer.
    pub struct ListSnapshotsResponse {
        /// The snapshots, by name.
        Snapshots as snapshots: Nested<ListedSnapshots> = "";
    }
}

shape! {
    /// The snapshots.
    pub struct ListedSnapshots {
        /// The snapshots.
        Snapshot as snapshot: Vec<ListedSnapshot> = "";
    }
}

shape! {
    /// A snapshot.
    pub struct ListedSnapshot {
        /// Its name.
        SnapshotName as snapshot_name: Label = "before-the-test";
        /// When it was saved, by the clock of the server's file system.
        SaveDate as save_date: Timestamp = "2026-11-01T00:00:00Z";
        /// Its size.
        Bytes as bytes: i64 = "1048576";
    }
}

impl Operation for ListSnapshots {
    const API: Api = Api {
        product: Product::Ramward,
        action: "ListSnapshots",
        summary: "Lists the snapshots of this server.",
        access: Access::Read,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:ListSnapshots",
        resource: "*",
        errors: &[],
    };
    const SUMMARY_ZH: &'static str = "列出本服务器的快照。";
    const SLOW: bool = true;
    type Request = Prepared<Empty, Vec<Snapshot>>;
    type Response = ListSnapshotsResponse;

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        request.prepared = Some(cx.store.snapshots()?);
        Ok(())
    }

    fn handle(_: &mut Cx<'_, '_>, request: &Self::Request) -> ApiResult<ListSnapshotsResponse> {
        let found = request.prepared.as_deref().unwrap_or_default();
        let listed = found.iter().map(|snapshot| ListedSnapshot {
            snapshot_name: snapshot.name.clone(),
            save_date: snapshot.saved,
            bytes: i64::try_from(snapshot.bytes).unwrap_or(i64::MAX),
        });
        Ok(ListSnapshotsResponse { snapshots: Nested(ListedSnapshots { snapshot: listed.collect() }) })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn by_name_with_size_and_date() {
        let app = TestApp::in_a_file();
        for name in ["b", "a.b", "c"] {
            assert_eq!(app.call_as(&app.operator, "SaveSnapshot", &[("SnapshotName", name)]).0, 200);
        }
        let (_, body) = app.call_as(&app.operator, "ListSnapshots", &[]);
        let listed = body["Snapshots"]["Snapshot"].as_array().unwrap();
        let names: Vec<_> = listed.iter().map(|one| one["SnapshotName"].as_str().unwrap()).collect();
        assert_eq!(names, ["a.b", "b", "c"]);
        assert!(listed.iter().all(|one| one["Bytes"].as_i64().unwrap() > 4096), "{body}");
        assert!(listed[0]["SaveDate"].as_str().unwrap() > "2025-", "{body}");
        assert_eq!(app.refused("ListSnapshots", &[]), "NoPermission");
    }
}
