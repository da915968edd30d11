//! How far somebody has come in signing in at the console. Must not know what a password is.

use super::text::word;

word! {
    /// What is still asked for before the console opens.
    ConsoleStage {
        /// A code of the MFA device.
        Code = "Code",
        /// Another password.
        Password = "Password",
        /// An MFA device to be bound.
        Device = "Device",
        /// Nothing: signed in.
        Done = "Done",
    }
}
