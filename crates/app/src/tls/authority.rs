//! The certification authority of a data directory: made once, kept in two files, asked for certificates. Its key never
//! leaves its file and this value. Knows no TLS connection.

use std::fs::Permissions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use ramward_domain::entropy::{Entropy, OsEntropy};
use ramward_domain::time::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SerialNumber,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use super::TlsError;

const DAY: i64 = 86_400;
/// As long as a data directory is likely to live.
const LIFE_DAYS: i64 = 3650;
/// A certificate of the authority that ends sooner is replaced by one with the same name and key, so that clients which
/// trust the old one trust what is issued meanwhile.
const RENEWED_DAYS: i64 = 365;
/// A machine whose clock is a little behind takes a certificate that was issued just now.
const BACKDATED_DAYS: i64 = 1;

/// The authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
    path: PathBuf,
    not_after: Timestamp,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Authority {
    /// The authority of a directory that is there; made on first need, and its certificate anew before it ends.
    ///
    /// # Errors
    /// Files that cannot be read, written or understood.
    pub fn find_or_create(directory: &Path, now: Timestamp) -> Result<Self, TlsError> {
        let key = find_or_create_key(&directory.join("ca.key"))?;
        let path = directory.join("ca.pem");
        let is_fresh = |authority: &Self| authority.not_after.seconds_since(now) > RENEWED_DAYS * DAY;
        match std::fs::read_to_string(&path) {
            Ok(pem) => {
                let found = Self::read(path.clone(), pem, key)?;
                if is_fresh(&found) {
                    return Ok(found);
                }
                write_certificate(&path, &make(found.issuer.key(), now)?)?;
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                write_certificate(&path, &make(&key, now)?)?;
            }
            Err(reason) => return Err(TlsError::File { doing: "read", path, reason }),
        }
        // Another process may have been first; what lies there now is what every one of them uses.
        let key = find_or_create_key(&directory.join("ca.key"))?;
        let pem = std::fs::read_to_string(&path).map_err(|reason| TlsError::File {
            doing: "read",
            path: path.clone(),
            reason,
        })?;
        Self::read(path, pem, key)
    }

    fn read(path: PathBuf, pem: String, key: KeyPair) -> Result<Self, TlsError> {
        let unusable = |reason: &str| TlsError::Content {
            path: path.clone(),
            reason: format!(
                "{reason}; remove ca.pem and ca.key to have new ones made, which clients must then be told to trust"
            ),
        };
        let certificate =
            CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| unusable("holds no certificate"))?;
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate)
            .map_err(|_| unusable("holds no certificate"))?;
        if parsed.public_key().raw != key.subject_public_key_info() {
            return Err(unusable("does not belong to the ca.key beside it"));
        }
        let not_after = Timestamp::from_seconds(parsed.validity().not_after.timestamp());
        let issuer = Issuer::from_ca_cert_der(&certificate, key)?;
        Ok(Self { issuer, certificate: certificate.into_owned(), pem, path, not_after })
    }

    /// Its certificate as text, which is what clients are told to trust.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The file with that text.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// When its certificate ends.
    pub fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// The SHA-256 of its certificate, in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(&self.certificate))
    }

    /// A certificate of a server with these names and addresses, good for `days` from now.
    ///
    /// # Errors
    /// A name that no certificate can carry.
    pub fn issue(
        &self,
        names: &[String],
        key: &KeyPair,
        now: Timestamp,
        days: i64,
    ) -> Result<CertificateDer<'static>, TlsError> {
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "Ramward server");
        params.not_before = instant(now.plus_seconds(-BACKDATED_DAYS * DAY));
        // A certificate cannot outlive the one it is checked with.
        params.not_after = instant(now.plus_seconds(days * DAY).min(self.not_after));
        params.serial_number = Some(serial_number());
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        Ok(params.signed_by(key, &self.issuer)?.der().clone())
    }
}

/// A self-signed certificate that may sign those of servers and nothing further.
fn make(key: &KeyPair, now: Timestamp) -> Result<String, TlsError> {
    let digest = HEXLOWER.encode(&Sha256::digest(key.subject_public_key_info()));
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Ramward");
    // Told apart in a list of authorities, where one machine may have several.
    let place = digest.get(..8).unwrap_or_default();
    params.distinguished_name.push(DnType::CommonName, format!("Ramward CA {place}"));
    params.not_before = instant(now.plus_seconds(-BACKDATED_DAYS * DAY));
    params.not_after = instant(now.plus_seconds(LIFE_DAYS * DAY));
    params.serial_number = Some(serial_number());
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params.self_signed(key)?.pem())
}

fn instant(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// Sixteen random bytes that read as a positive number: two certificates of one authority never share theirs.
fn serial_number() -> SerialNumber {
    let mut bytes = [0; 16];
    OsEntropy.fill(&mut bytes);
    bytes[0] = bytes[0] & 0x7f | 0x40;
    SerialNumber::from_slice(&bytes)
}

/// The key in a file, which is made if there is none: whole or not there at all, and readable by nobody else.
fn find_or_create_key(path: &Path) -> Result<KeyPair, TlsError> {
    let file = |doing, reason| TlsError::File { doing, path: path.to_owned(), reason };
    let read = || {
        match std::fs::read_to_string(path) {
        Ok(text) => KeyPair::from_pem(&text).map(Some).map_err(|_| TlsError::Content {
            path: path.to_owned(),
            reason: "holds no private key; remove ca.pem and ca.key to have new ones made, which clients must then be told to trust".to_owned(),
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(reason) => Err(file("read", reason)),
    }
    };
    if let Some(key) = read()? {
        return Ok(key);
    }
    let key = KeyPair::generate()?;
    let text = zeroize::Zeroizing::new(key.serialize_pem());
    let directory = path.parent().unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(directory).and_then(|mut new| {
        new.write_all(text.as_bytes())?;
        new.as_file().sync_all()?;
        Ok(new)
    });
    match written.map_err(|reason| file("write", reason))?.persist_noclobber(path) {
        Ok(_) => Ok(key),
        // Another process was faster; its key is the authority's.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
            read()?.ok_or_else(|| file("read", ErrorKind::NotFound.into()))
        }
        Err(error) => Err(file("write", error.error)),
    }
}

/// Puts the certificate in its place; everybody may read it.
fn write_certificate(path: &Path, pem: &str) -> Result<(), TlsError> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let written = tempfile::NamedTempFile::new_in(directory).and_then(|mut new| {
        new.write_all(pem.as_bytes())?;
        new.as_file().set_permissions(Permissions::from_mode(0o644))?;
        new.as_file().sync_all()?;
        new.persist(path).map_err(|error| error.error)
    });
    written.map(drop).map_err(|reason| TlsError::File { doing: "write", path: path.to_owned(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    #[test]
    fn it_is_made_once_and_its_key_is_nobody_elses() {
        let directory = tempfile::tempdir().unwrap();
        let first = Authority::find_or_create(directory.path(), NOW).unwrap();
        let again = Authority::find_or_create(directory.path(), NOW.plus_seconds(DAY)).unwrap();
        assert_eq!((first.pem(), first.fingerprint()), (again.pem(), again.fingerprint()));
        assert_eq!(first.not_after(), NOW.plus_seconds(LIFE_DAYS * DAY));
        let mode =
            |name| std::fs::metadata(directory.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("ca.key"), mode("ca.pem")), (0o600, 0o644));
        assert!(!format!("{first:?}").contains("PRIVATE"));

        let other = tempfile::tempdir().unwrap();
        let other = Authority::find_or_create(other.path(), NOW).unwrap();
        assert_ne!(first.fingerprint(), other.fingerprint());
    }

    #[test]
    fn a_certificate_that_is_lost_or_ends_is_made_anew_for_the_same_key() {
        let directory = tempfile::tempdir().unwrap();
        let first = Authority::find_or_create(directory.path(), NOW).unwrap();
        let almost = first.not_after().plus_seconds(-RENEWED_DAYS * DAY);
        let kept = Authority::find_or_create(directory.path(), almost.plus_seconds(-1)).unwrap();
        assert_eq!(kept.fingerprint(), first.fingerprint());
        let renewed = Authority::find_or_create(directory.path(), almost).unwrap();
        assert_ne!(renewed.fingerprint(), first.fingerprint());
        assert_eq!(renewed.not_after(), almost.plus_seconds(LIFE_DAYS * DAY));
        let keys = [&first, &renewed].map(|authority| authority.issuer.key().subject_public_key_info());
        assert_eq!(keys[0], keys[1]);

        std::fs::remove_file(directory.path().join("ca.pem")).unwrap();
        let made = Authority::find_or_create(directory.path(), NOW).unwrap();
        assert_eq!(made.issuer.key().subject_public_key_info(), keys[0]);
    }

    #[test]
    fn files_that_do_not_fit_are_named_with_the_way_out() {
        let directory = tempfile::tempdir().unwrap();
        Authority::find_or_create(directory.path(), NOW).unwrap();
        let refused = |name: &str, text: &str| {
            let path = directory.path().join(name);
            let before = std::fs::read(&path).unwrap();
            std::fs::write(&path, text).unwrap();
            let error = Authority::find_or_create(directory.path(), NOW).unwrap_err().to_string();
            std::fs::write(&path, before).unwrap();
            assert!(
                error.starts_with(directory.path().to_str().unwrap())
                    && error.contains("remove ca.pem and ca.key"),
                "{error}"
            );
            error
        };
        assert!(refused("ca.pem", "x").contains("holds no certificate"));
        assert!(refused("ca.key", "x").contains("holds no private key"));
        let other = KeyPair::generate().unwrap().serialize_pem();
        assert!(refused("ca.key", &other).contains("does not belong"));
    }

    #[test]
    fn what_it_issues_names_the_server_and_ends_in_time() {
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::find_or_create(directory.path(), NOW).unwrap();
        let key = KeyPair::generate().unwrap();
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned(), "*.aliyuncs.com".to_owned()];
        let first = authority.issue(&names, &key, NOW, 90).unwrap();
        let (_, parsed) = x509_parser::parse_x509_certificate(&first).unwrap();
        assert_eq!(parsed.validity().not_after.timestamp(), NOW.plus_seconds(90 * DAY).seconds());
        assert!(!parsed.is_ca());
        assert_eq!(parsed.subject_alternative_name().unwrap().unwrap().value.general_names.len(), 3);
        let second = authority.issue(&names, &key, NOW, 90).unwrap();
        let (_, other) = x509_parser::parse_x509_certificate(&second).unwrap();
        assert_ne!(parsed.raw_serial(), other.raw_serial());
        // Never beyond the authority's own end.
        let end = authority.not_after();
        let last = authority.issue(&names, &key, end.plus_seconds(-DAY), 90).unwrap();
        let (_, last) = x509_parser::parse_x509_certificate(&last).unwrap();
        assert_eq!(last.validity().not_after.timestamp(), end.seconds());
        assert!(authority.issue(&["no host name ü".to_owned()], &key, NOW, 90).is_err());
    }
}
