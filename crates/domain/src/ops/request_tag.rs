//! Tags as requests give them: to set, or to filter by. Knows no operation.

use ramward_rpc::shape;

use crate::identity::user::{TagKey, TagValue};
use crate::store::tables::user_tags::TagFilter;

shape! {
    /// A tag in a request.
    pub struct RequestTag {
        /// The key.
        Key as key: TagKey = "team";
        /// The value. In a filter, leave it out to accept any.
        Value as value: Option<TagValue> = "platform";
    }
}

/// The tags of a request as the tables ask for them.
pub fn filters(tags: &[RequestTag]) -> Vec<TagFilter<'_>> {
    tags.iter().map(|tag| TagFilter { tag_key: &tag.key, tag_value: tag.value.as_ref() }).collect()
}
