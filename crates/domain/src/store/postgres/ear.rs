//! A session that hears what the writers of other nodes say with their commits. The database says it in the order of the
//! commits and never before they can be seen. Must not know what is said.

use std::sync::Arc;
use std::time::Duration;

use super::Shared;
use super::hosts::Look;
use super::wire::Wire;
use crate::store::connection::Ear;
use crate::store::error::StoreError;

pub(super) struct Listener {
    shared: Arc<Shared>,
    wire: Wire,
    listen: String,
}

impl Listener {
    /// Connects and listens, within `patience`.
    pub(super) fn open(shared: Arc<Shared>, patience: Duration) -> Result<Self, StoreError> {
        let mut wire = shared.wire_within(Look::Last, patience)?;
        let listen = format!("LISTEN {}", shared.channel());
        let heard = wire.run_within(patience, async |client| client.batch_execute(&listen).await);
        heard.map_err(|trouble| trouble.told(&shared.url))?;
        Ok(Self { shared, wire, listen })
    }
}

impl Ear for Listener {
    fn hear(&mut self, patience: Duration) -> Result<Vec<String>, StoreError> {
        self.shared.check(&self.wire)?;
        self.wire.listen(patience).map_err(|trouble| trouble.told(&self.shared.url))
    }

    fn check(&mut self, patience: Duration) -> Result<(), StoreError> {
        let Self { shared, wire, listen } = self;
        shared.check(wire)?;
        // Listening twice changes nothing, and what was said before the answer comes before it.
        wire.run_within(patience, async |client| client.batch_execute(listen).await)
            .map_err(|trouble| trouble.told(&shared.url))
    }
}
