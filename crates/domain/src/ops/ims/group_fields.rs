//! What IMS's answers say of a group. Must not find or change anything.

use ramward_rpc::shape;

use crate::identity::group::{GroupDisplayName, GroupName};
use crate::identity::user::Comments;
use crate::ids::GroupId;
use crate::store::tables::groups::Group;
use crate::time::Timestamp;

shape! {
    /// The groups.
    pub struct Groups {
        /// The groups, by id.
        Group as group: Vec<NotedGroup> = "";
    }
}

shape! {
    /// A group.
    pub struct NotedGroup {
        /// The id of the group.
        GroupId as group_id: GroupId = "g-01a2b3c4d5e6f708";
        /// The name of the group.
        GroupName as group_name: GroupName = "dev-team";
        /// The name shown for the group; may be empty.
        DisplayName as display_name: GroupDisplayName = "Dev-Team";
        /// The note; empty if there is none.
        Comments as comments: Comments = "Dev-Team";
        /// When the group was made.
        CreateDate as create_date: Timestamp = "2020-10-19T11:57:48Z";
        /// When the group was last changed.
        UpdateDate as update_date: Timestamp = "2020-10-19T11:57:48Z";
    }
}

impl From<Group> for NotedGroup {
    fn from(group: Group) -> Self {
        Self {
            group_id: group.group_id,
            group_name: group.group_name,
            display_name: group.display_name,
            comments: group.comments,
            create_date: group.create_date,
            update_date: group.update_date,
        }
    }
}
