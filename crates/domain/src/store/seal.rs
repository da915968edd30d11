//! Secrets that must be readable again (to check an HMAC or a one-time code) are sealed before they reach a table or a caller:
//! XChaCha20-Poly1305 under a key that lies beside the store or in the environment, bound to their account and owner, so
//! that a row's secret opens in no other row. Must not know tables.

use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::connection::{Arg, FromColumn};
use super::error::StoreError;
use crate::entropy::Entropy;
use crate::identity::mfa::VirtualMFADeviceName;
use crate::ids::{AccessKeyId, AccountId};

/// The first byte of what is sealed, so that another cipher can follow.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;
/// Far more than a key file holds; a device or a wrong file is not read for ever.
const MAX_FILE_BYTES: u64 = 4096;

/// Whose secret it is; opening it as anybody else's fails.
#[derive(Debug, Clone, Copy)]
pub enum SecretOf<'a> {
    /// The secret of an AccessKey.
    AccessKey(AccountId, &'a AccessKeyId),
    /// The seed of an MFA device, by its name.
    MfaDevice(AccountId, &'a VirtualMFADeviceName),
    /// Why a call to the account was denied.
    Diagnosis(AccountId),
    /// What the security token of a session holds: nobody's row, its account stands inside.
    SecurityToken,
    /// What a browser keeps that is remembered after a code; the account stands inside.
    RememberedBrowser,
}

impl SecretOf<'_> {
    fn context(self) -> String {
        match self {
            Self::AccessKey(account, key) => format!("AccessKey {account} {key}"),
            Self::MfaDevice(account, name) => format!("MFADevice {account} {name}"),
            Self::Diagnosis(account) => format!("Diagnosis {account}"),
            Self::SecurityToken => "SecurityToken".to_owned(),
            Self::RememberedBrowser => "RememberedBrowser".to_owned(),
        }
    }
}

/// A sealed secret: what a table keeps.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// As text for a caller to keep and bring back: letters, digits, `-` and `_`.
    pub fn to_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    /// What [`Sealed::to_text`] wrote; `None` if it did not.
    pub fn from_text(text: &str) -> Option<Self> {
        BASE64URL_NOPAD.decode(text.as_bytes()).ok().map(Self)
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

impl FromColumn for Sealed {
    fn from_column(value: Arg<'_>) -> Option<Self> {
        Vec::from_column(value).map(Self)
    }
}

impl<'a> From<&'a Sealed> for Arg<'a> {
    fn from(value: &'a Sealed) -> Self {
        Arg::Bytes(&value.0)
    }
}

/// The key that opens every secret of a store.
#[derive(Clone)]
pub struct SealKey(Zeroizing<[u8; KEY_BYTES]>);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(…)")
    }
}

impl SealKey {
    /// A fresh one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        entropy.fill(key.as_mut());
        Self(key)
    }

    /// The key of a text: 64 hexadecimal digits, or the same 32 bytes as base64. `origin` names where the text came from
    /// in the refusal.
    pub fn parse(text: &str, origin: &str) -> Result<Self, StoreError> {
        let text = text.trim().as_bytes();
        let decoding = if text.len() == 2 * KEY_BYTES { &HEXLOWER_PERMISSIVE } else { &BASE64 };
        let bytes = decoding.decode(text).ok().map(Zeroizing::new);
        let key = bytes.and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).ok());
        key.map(|key| Self(Zeroizing::new(key)))
            .ok_or_else(|| StoreError::BadSealKey { origin: origin.to_owned() })
    }

    /// The key in a file; `None` if there is no such file.
    pub fn find_in_file(path: &Path) -> Result<Option<Self>, StoreError> {
        let mut text = Zeroizing::new(String::new());
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("opening", path, error)),
        };
        match file.take(MAX_FILE_BYTES).read_to_string(&mut text) {
            Ok(_) => Self::parse(&text, &path.display().to_string()).map(Some),
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                Err(StoreError::BadSealKey { origin: path.display().to_string() })
            }
            Err(error) => Err(StoreError::io("reading", path, error)),
        }
    }

    /// The key in a file, which is made if there is none: readable by nobody else, and whole or not there at all
    /// whatever happens meanwhile. `store_exists`: then a missing file is an error, since a new key opens nothing.
    pub fn find_or_create(
        path: &Path,
        store_exists: bool,
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        if let Some(key) = Self::find_in_file(path)? {
            return Ok(key);
        }
        if store_exists {
            return Err(StoreError::SealKeyMissing { path: path.to_owned() });
        }
        let key = Self::generate(entropy);
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{}", std::process::id()));
        let draft = PathBuf::from(draft);
        let told = |error| StoreError::io("writing", path, error);
        let written = key.write_file(&draft).and_then(|()| match std::fs::hard_link(&draft, path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        });
        std::fs::remove_file(&draft).or_else(|error| match written {
            // What went wrong first is what gets told.
            Err(_) => Ok(()),
            Ok(_) => Err(told(error)),
        })?;
        if !written.map_err(told)? {
            // Another process was first: its key counts.
            return Self::find_in_file(path)?
                .ok_or_else(|| StoreError::SealKeyMissing { path: path.to_owned() });
        }
        if let Some(directory) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            File::open(directory).and_then(|directory| directory.sync_all()).map_err(told)?;
        }
        Ok(key)
    }

    fn write_file(&self, path: &Path) -> std::io::Result<()> {
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        let text = Zeroizing::new(HEXLOWER.encode(self.0.as_ref()));
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&Key::from(*self.0))
    }

    /// Seals a secret.
    pub fn seal(&self, of: SecretOf<'_>, secret: &[u8], entropy: &dyn Entropy) -> Sealed {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let context = of.context();
        let payload = Payload { msg: secret, aad: context.as_bytes() };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .expect("no secret is near the cipher's limit of 256 GiB");
        Sealed([&[VERSION], nonce.as_slice(), &sealed].concat())
    }

    /// Opens a secret.
    pub fn open(&self, of: SecretOf<'_>, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let broken = || StoreError::SealBroken;
        let rest = sealed.0.strip_prefix(&[VERSION]).ok_or_else(broken)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
        let context = of.context();
        let payload = Payload { msg: text, aad: context.as_bytes() };
        let secret = self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| broken())?;
        Ok(Zeroizing::new(secret))
    }

    /// What the store keeps to recognise its key, and from which the key does not follow.
    pub(super) fn check_value(&self) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_ref()).expect("HMAC takes keys of any length");
        mac.update(b"ramward seal check");
        HEXLOWER.encode(&mac.finalize().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::entropy::{OsEntropy, SeededEntropy};

    fn account(number: i64) -> AccountId {
        AccountId::new(number).unwrap()
    }

    #[test]
    fn a_secret_opens_only_for_its_owner_and_unchanged() {
        let entropy = SeededEntropy::new(1);
        let seal = SealKey::generate(&entropy);
        let (one, other): (AccessKeyId, AccessKeyId) =
            ("LTAIone".parse().unwrap(), "LTAIother".parse().unwrap());
        let namesake = VirtualMFADeviceName::parse("LTAIone").unwrap();
        let sealed = seal.seal(SecretOf::AccessKey(account(1), &one), b"a secret", &entropy);
        assert_eq!(*seal.open(SecretOf::AccessKey(account(1), &one), &sealed).unwrap(), b"a secret");
        let strangers = [
            SecretOf::AccessKey(account(1), &other),
            SecretOf::AccessKey(account(2), &one),
            SecretOf::MfaDevice(account(1), &namesake),
            SecretOf::Diagnosis(account(1)),
            SecretOf::SecurityToken,
        ];
        for of in strangers {
            assert!(matches!(seal.open(of, &sealed), Err(StoreError::SealBroken)), "{of:?}");
        }
        let told = Sealed::from_text(&sealed.to_text()).unwrap();
        assert_eq!(*seal.open(SecretOf::AccessKey(account(1), &one), &told).unwrap(), b"a secret");
        assert!(Sealed::from_text("not base64!").is_none());
        for place in 0..sealed.0.len() {
            let mut changed = sealed.clone();
            changed.0[place] ^= 1;
            assert!(seal.open(SecretOf::AccessKey(account(1), &one), &changed).is_err(), "byte {place}");
            changed.0.truncate(place);
            assert!(seal.open(SecretOf::AccessKey(account(1), &one), &changed).is_err(), "{place} bytes");
        }
        let again = seal.seal(SecretOf::AccessKey(account(1), &one), b"a secret", &entropy);
        assert_ne!(sealed, again, "equal secrets look different");
        let stranger = SealKey::generate(&entropy);
        assert!(stranger.open(SecretOf::AccessKey(account(1), &one), &sealed).is_err());
        assert_ne!(seal.check_value(), stranger.check_value());
    }

    #[test]
    fn a_seal_key_has_two_spellings() {
        let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";
        let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
        let one = SealKey::parse(hex, "x").unwrap();
        let same = SealKey::parse(&format!(" {base64}\n"), "x").unwrap();
        assert_eq!((one.0[31], one.check_value()), (31, same.check_value()));
        for text in [
            "",
            "abc",
            &hex[2..],
            &base64[1..],
            "zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ] {
            let refusal = SealKey::parse(text, "RAMWARD_SEAL_KEY").unwrap_err().to_string();
            assert!(refusal.starts_with("RAMWARD_SEAL_KEY does not hold a seal key"), "{refusal}");
        }
    }

    #[test]
    fn nothing_shows_a_secret() {
        let seal = SealKey::parse(&"41".repeat(32), "x").unwrap();
        let key: AccessKeyId = "LTAIone".parse().unwrap();
        let sealed = seal.seal(SecretOf::AccessKey(account(1), &key), b"AAAA", &OsEntropy);
        assert_eq!(format!("{seal:?} {sealed:?}"), "SealKey(…) Sealed(…)");
    }

    #[test]
    fn a_key_file_is_made_once_and_read_by_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("seal.key");
        assert!(matches!(SealKey::find_in_file(&path), Ok(None)));
        assert!(matches!(
            SealKey::find_or_create(&path, true, &OsEntropy),
            Err(StoreError::SealKeyMissing { .. })
        ));
        let made = SealKey::find_or_create(&path, false, &OsEntropy).unwrap();
        let found = SealKey::find_or_create(&path, true, &OsEntropy).unwrap();
        assert_eq!(made.check_value(), found.check_value());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "no draft stays behind");
        for content in [b"".as_slice(), b"short\n", &[0xFF; 64], &[b'a'; 10_000]] {
            std::fs::write(&path, content).unwrap();
            let refusal = SealKey::find_or_create(&path, false, &OsEntropy).unwrap_err();
            assert!(matches!(refusal, StoreError::BadSealKey { .. }), "{refusal}");
        }
        let below_a_file = path.join("seal.key");
        let refusal = SealKey::find_or_create(&below_a_file, false, &OsEntropy).unwrap_err();
        assert!(matches!(refusal, StoreError::NoAccess { .. }), "{refusal}");
    }
}
