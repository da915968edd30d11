//! A certificate of the operator's own, from two files that are looked at again while the server runs: whoever renews
//! certificates writes new files and need not stop anything.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use ramward_domain::time::{Clock, Timestamp};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{TlsError, provider};

/// How long a look at the files holds, in seconds.
const LOOKED_AGAIN_AFTER: i64 = 30;

/// The certificate.
pub struct Given {
    certificate: PathBuf,
    key: PathBuf,
    clock: Arc<dyn Clock>,
    loaded: Mutex<Loaded>,
}

struct Loaded {
    certificate: Arc<CertifiedKey>,
    written: Option<[SystemTime; 2]>,
    looked: Timestamp,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

impl Given {
    /// Reads both files: the certificate with those between it and its authority, and its private key, in PEM.
    ///
    /// # Errors
    /// A file that cannot be read or holds something else; two that do not belong together.
    pub fn load(certificate: &Path, key: &Path, clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        let loaded = Loaded {
            certificate: Arc::new(read(certificate, key)?),
            written: written([certificate, key]),
            looked: clock.now(),
        };
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            clock,
            loaded: Mutex::new(loaded),
        })
    }

    /// The certificate as the files hold it now, or held it when they were last readable.
    fn current(&self) -> Arc<CertifiedKey> {
        let now = self.clock.now();
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if now.seconds_since(loaded.looked).abs() >= LOOKED_AGAIN_AFTER {
            loaded.looked = now;
            let written = written([&self.certificate, &self.key]);
            if written != loaded.written {
                match read(&self.certificate, &self.key) {
                    Ok(certificate) => {
                        tracing::info!(path = %self.certificate.display(), "the certificate is read anew");
                        loaded.certificate = Arc::new(certificate);
                        loaded.written = written;
                    }
                    // One file may be there before the other; the next look finds both.
                    Err(error) => {
                        tracing::warn!(%error, "the new certificate cannot be used; the old one stays")
                    }
                }
            }
        }
        Arc::clone(&loaded.certificate)
    }
}

impl ResolvesServerCert for Given {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

fn written(paths: [&Path; 2]) -> Option<[SystemTime; 2]> {
    let of = |path: &Path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let [certificate, key] = paths.map(of);
    Some([certificate?, key?])
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let bytes = |path: &Path| {
        std::fs::read(path).map(zeroize::Zeroizing::new).map_err(|reason| TlsError::File {
            doing: "read",
            path: path.to_owned(),
            reason,
        })
    };
    let content =
        |path: &Path, reason: &str| TlsError::Content { path: path.to_owned(), reason: reason.to_owned() };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes(certificate)?).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain =
        chain.ok_or_else(|| content(certificate, "holds no certificate; --tls-cert wants one in PEM"))?;
    let private = PrivateKeyDer::from_pem_slice(&bytes(key)?)
        .map_err(|_| content(key, "holds no private key; --tls-key wants one in PEM, without a password"))?;
    CertifiedKey::from_der(chain, private, &provider())
        .map_err(|error| content(key, &format!("is not the key of {}: {error}", certificate.display())))
}

#[cfg(test)]
mod tests {
    use ramward_domain::time::TestClock;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    /// Writes a certificate of its own making; the certificate.
    fn write(certificate: &Path, key: &Path) -> CertificateDer<'static> {
        let pair = KeyPair::generate().unwrap();
        let made = CertificateParams::new(vec!["localhost".into()]).unwrap().self_signed(&pair).unwrap();
        std::fs::write(certificate, made.pem()).unwrap();
        std::fs::write(key, pair.serialize_pem()).unwrap();
        made.der().clone()
    }

    #[test]
    fn new_files_are_taken_up_while_it_runs_and_bad_ones_are_not() {
        let directory = tempfile::tempdir().unwrap();
        let (certificate, key) = (directory.path().join("cert.pem"), directory.path().join("key.pem"));
        let first = write(&certificate, &key);
        let clock = Arc::new(TestClock::new(NOW));
        let given = Given::load(&certificate, &key, clock.clone()).unwrap();
        assert_eq!(given.current().cert, std::slice::from_ref(&first));

        let old = std::fs::metadata(&key).unwrap().modified().unwrap();
        let second = write(&certificate, &key);
        // Written within the same tick of the file system's clock, the times could be equal.
        let later = old + std::time::Duration::from_secs(5);
        std::fs::File::open(&key).unwrap().set_modified(later).unwrap();
        assert_eq!(given.current().cert, [first]);
        clock.set(NOW.plus_seconds(LOOKED_AGAIN_AFTER));
        assert_eq!(given.current().cert, std::slice::from_ref(&second));

        std::fs::write(&key, "nothing").unwrap();
        clock.set(NOW.plus_seconds(3 * LOOKED_AGAIN_AFTER));
        assert_eq!(given.current().cert, [second]);
    }

    #[test]
    fn files_that_do_not_fit_are_named() {
        let directory = tempfile::tempdir().unwrap();
        let [certificate, key, other, empty, missing] =
            ["cert.pem", "key.pem", "other.pem", "empty.pem", "missing.pem"]
                .map(|name| directory.path().join(name));
        write(&other, &key);
        write(&certificate, &key);
        std::fs::write(&empty, "").unwrap();
        let load = |certificate: &Path, key: &Path| {
            let given = Given::load(certificate, key, Arc::new(TestClock::new(NOW)));
            given
                .map(drop)
                .map_err(|error| error.to_string().replace(directory.path().to_str().unwrap(), "~"))
        };
        assert_eq!(load(&certificate, &key), Ok(()));
        assert!(load(&empty, &key).unwrap_err().starts_with("~/empty.pem holds no certificate"));
        assert!(load(&certificate, &empty).unwrap_err().starts_with("~/empty.pem holds no private key"));
        assert!(load(&other, &key).unwrap_err().starts_with("~/key.pem is not the key of ~/other.pem"));
        assert!(load(&missing, &key).unwrap_err().starts_with("cannot read ~/missing.pem"));
    }
}
