//! What the list of operations must agree with: the vendor's catalogues and the generated reference pages.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds something else must fail loudly"
)]

mod catalogue;
mod checks;
mod policies;
mod reference;
