//! A session that hears what the writers of other nodes say with their commits. The database says it in the order of the
//! commits and never before they can be seen. Must not know what is said.

use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use super::wire::Wire;
use crate::store::connection::Ear;
use crate::store::error::StoreError;

pub(super) struct Listener {
    shared: Arc<Shared>,
    wire: Wire,
}

impl Listener {
    /// Connects and listens, within `patience`.
    pub(super) fn open(shared: Arc<Shared>, patience: Duration) -> Result<Self, StoreError> {
        let mut wire = Wire::connect_within(&shared.url, &shared.trust, patience)?;
        let listen = format!("LISTEN {}", shared.channel());
        let heard = wire.run_within(patience, async |client| client.batch_execute(&listen).await);
        heard.map_err(|trouble| trouble.told(&shared.url))?;
        Ok(Self { shared, wire })
    }
}

impl Ear for Listener {
    fn hear(&mut self, patience: Duration) -> Result<Vec<String>, StoreError> {
        let told = |trouble: super::trouble::Trouble| trouble.told(&self.shared.url);
        let mut heard = self.wire.listen(patience).map_err(told)?;
        if heard.is_empty() {
            // Silence, or a connection that leads nowhere any more? What was said before the answer comes before it.
            self.wire
                .run_within(patience, async |client| client.batch_execute("SELECT 1").await)
                .map_err(told)?;
            heard = self.wire.heard();
        }
        Ok(heard)
    }
}
