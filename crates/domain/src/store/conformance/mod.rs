//! What every driver must pass. A suite is a list of functions that get a way to open a fresh store; a second driver adds
//! one module with one line of `suite!`.

pub mod fixtures;
mod tables;

use crate::store::Store;

/// Opens a store with nothing in it.
pub type Open = fn() -> Store;

/// Turns each function into a test on a driver.
macro_rules! suite {
    ($open:expr; $($module:ident: $($case:ident),+ $(,)?);+ $(;)?) => {
        $(mod $module {
            $(#[test]
            fn $case() {
                super::super::$module::$case($open);
            })+
        })+
    };
}

/// The whole suite on one driver.
macro_rules! conformance {
    ($open:expr) => {
        suite! { $open;
            tables:
                what_is_inserted_is_found,
        }
    };
}

mod on_sqlite {
    fn open() -> crate::store::Store {
        crate::store::Store::temporary(super::fixtures::seal()).unwrap()
    }

    conformance!(super::open);
}
