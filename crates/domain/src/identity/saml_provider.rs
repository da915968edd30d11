//! SAML identity providers: what they are known by beside their metadata, which is [`super::saml`]'s business.

use super::text::word;

word! {
    /// How requests to a provider are signed (the vendor's model comments of CreateSAMLProvider, 2026).
    AuthnSignAlgo {
        /// RSA with SHA-256.
        RsaSha256 = "rsa-sha256",
        /// RSA with SHA-1; the vendor's default.
        RsaSha1 = "rsa-sha1",
    }
}
