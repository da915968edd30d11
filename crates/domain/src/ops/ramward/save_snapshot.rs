//! SaveSnapshot: keeps the whole state of this server under a name, to come back to it.

use ramward_rpc::api::{Access, Api, Audience, Product, SelfService};
use ramward_rpc::error::{ApiError, ApiResult, Code};
use ramward_rpc::shape;
use ramward_rpc::shape::Empty;

use crate::identity::label::Label;
use crate::ops::{Cx, Operation, Prepare};

/// See [`Operation::API`].
#[derive(Debug)]
pub struct SaveSnapshot;

/// How many there may be at once; each takes as much of the disk as the store.
const MOST: usize = 100;

shape! {
    /// Under which name.
    pub struct SaveSnapshotRequest {
        /// The name; a snapshot of the same name is replaced.
        SnapshotName as snapshot_name: Label = "before-the-test";
    }
}

impl Operation for SaveSnapshot {
    const API: Api = Api {
        product: Product::Ramward,
        action: "SaveSnapshot",
        summary: "Saves the whole state of this server with all accounts and its clock under a name, beside its store.",
        // The store is read; the copy is a file of its own.
        access: Access::Read,
        audience: Audience::Operator,
        self_service: SelfService::No,
        ram_action: "ramward:SaveSnapshot",
        resource: "*",
        errors: &["LimitExceeded.Snapshot"],
    };
    const SUMMARY_ZH: &'static str = "将本服务器的全部状态（所有账号及时钟）以指定名称保存在数据存储旁。";
    const SLOW: bool = true;
    type Request = SaveSnapshotRequest;
    type Response = Empty;

    fn prepare(cx: &Prepare<'_>, request: &mut Self::Request) -> ApiResult<()> {
        let known = cx.store.snapshots()?;
        let is_new = known.iter().all(|snapshot| snapshot.name != request.snapshot_name);
        if is_new && known.len() >= MOST {
            return Err(ApiError::new(Code::LimitExceeded("Snapshot")));
        }
        cx.whole.save(&request.snapshot_name)
    }

    fn handle(_: &mut Cx<'_, '_>, _: &Self::Request) -> ApiResult<Empty> {
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestApp;

    #[test]
    fn as_many_as_the_disk_shall_hold_and_one_may_be_replaced() {
        let app = TestApp::in_a_file();
        let save = |name: &str| app.call_as(&app.operator, "SaveSnapshot", &[("SnapshotName", name)]);
        for number in 0..super::MOST {
            assert_eq!(save(&number.to_string()).0, 200);
        }
        let (status, refused) = save("one-more");
        assert_eq!((status, &refused["Code"]), (409, &"LimitExceeded.Snapshot".into()));
        assert_eq!(save("0").0, 200);
    }

    #[test]
    fn refusals() {
        let app = TestApp::in_a_file();
        let refused = |params: &[(&str, &str)]| app.refused_as(&app.operator, "SaveSnapshot", params);
        assert_eq!(refused(&[]), "MissingSnapshotName");
        assert_eq!(refused(&[("SnapshotName", "../a")]), "InvalidParameter.SnapshotName.InvalidChars");
        assert_eq!(refused(&[("SnapshotName", ".a")]), "InvalidParameter.SnapshotName.Format");
        assert_eq!(refused(&[("SnapshotName", &"a".repeat(65))]), "InvalidParameter.SnapshotName.Length");
        assert_eq!(app.refused("SaveSnapshot", &[("SnapshotName", "a")]), "NoPermission");
        let (_, listed) = app.call_as(&app.operator, "ListSnapshots", &[]);
        assert_eq!(
            listed["Snapshots"]["Snapshot"],
            serde_json::json!([]),
            "a refused call has saved nothing"
        );
    }
}
