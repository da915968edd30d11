//! The certificates that the generated authority issues for the doors: one for everything that is known beforehand, and
//! one more for each of the vendor's regions that a client names. They live in memory and are issued anew long before they
//! end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ramward_domain::time::{Clock, Timestamp};
use rcgen::KeyPair;
use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};

use super::authority::Authority;
use super::vendor_hosts::{self, VendorHost};
use super::{TlsError, provider};

const DAY: i64 = 86_400;
/// Short, since nobody has to fetch the next one.
const LIFE_DAYS: i64 = 90;
/// The next one is issued when a third of the life is left.
const RENEWED_DAYS: i64 = 60;
/// Regions whose certificates are kept. There are about forty; names that somebody makes up push nothing else out.
const MOST_REGIONS: usize = 128;

/// The certificates.
pub struct Leaves {
    authority: Authority,
    clock: Arc<dyn Clock>,
    key_pair: KeyPair,
    key: Arc<dyn SigningKey>,
    names: Vec<String>,
    /// By region; the one without is for `names`.
    issued: Mutex<HashMap<Option<String>, Issued>>,
}

#[derive(Clone)]
struct Issued {
    certificate: Arc<CertifiedKey>,
    renewed_at: Timestamp,
}

impl std::fmt::Debug for Leaves {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leaves").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Leaves {
    /// Certificates for the names that every server has and for `more`. The first one is issued at once, so that a name
    /// that no certificate can carry is found at the start.
    ///
    /// # Errors
    /// Such a name.
    pub fn new(authority: Authority, more: &[String], clock: Arc<dyn Clock>) -> Result<Self, TlsError> {
        if let Some(bad) = more.iter().find(|name| !is_name(name)) {
            return Err(TlsError::Name(bad.clone()));
        }
        let mut names: Vec<String> = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).into();
        names.extend(vendor_hosts::central());
        names.push(vendor_hosts::central_wildcard());
        names.push(vendor_hosts::wildcard(vendor_hosts::DEFAULT_REGION));
        names.extend(more.iter().cloned());
        let key_pair = KeyPair::generate()?;
        let der = PrivatePkcs8KeyDer::from(key_pair.serialize_der());
        let key = provider().key_provider.load_private_key(der.into())?;
        let leaves = Self { authority, clock, key_pair, key, names, issued: Mutex::new(HashMap::new()) };
        leaves.find_or_issue(None)?;
        Ok(leaves)
    }

    /// The certificate for a client that asks for `name`.
    fn certificate(&self, name: Option<&str>) -> Result<Arc<CertifiedKey>, TlsError> {
        let name = name.map(vendor_hosts::normal);
        let region = name.as_deref().and_then(VendorHost::read).and_then(|host| host.region);
        self.find_or_issue(region.filter(|region| *region != vendor_hosts::DEFAULT_REGION).map(str::to_owned))
    }

    fn find_or_issue(&self, region: Option<String>) -> Result<Arc<CertifiedKey>, TlsError> {
        let now = self.clock.now();
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = issued.get(&region).filter(|found| now < found.renewed_at) {
            return Ok(Arc::clone(&found.certificate));
        }
        let names = match &region {
            Some(region) => vec![vendor_hosts::wildcard(region)],
            None => self.names.clone(),
        };
        let certificate = self.authority.issue(&names, &self.key_pair, now, LIFE_DAYS)?;
        let certificate = Arc::new(CertifiedKey::new(vec![certificate], Arc::clone(&self.key)));
        if issued.len() < MOST_REGIONS || issued.contains_key(&region) {
            let renewed_at = now.plus_seconds(RENEWED_DAYS * DAY);
            issued.insert(region, Issued { certificate: Arc::clone(&certificate), renewed_at });
        }
        Ok(certificate)
    }
}

/// Whether a client could ask for it: an address, a host name, or one with a star for its first label.
fn is_name(name: &str) -> bool {
    ServerName::try_from(name.strip_prefix("*.").unwrap_or(name)).is_ok()
}

impl ResolvesServerCert for Leaves {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        match self.certificate(hello.server_name()) {
            Ok(certificate) => Some(certificate),
            Err(error) => {
                tracing::error!(%error, "no certificate for a client");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ramward_domain::time::TestClock;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn leaves(more: &[&str]) -> (Result<Leaves, TlsError>, Arc<TestClock>) {
        let directory = tempfile::tempdir().unwrap();
        let authority = Authority::find_or_create(directory.path(), NOW).unwrap();
        let clock = Arc::new(TestClock::new(NOW));
        let more: Vec<String> = more.iter().map(|name| (*name).to_owned()).collect();
        (Leaves::new(authority, &more, clock.clone()), clock)
    }

    fn names(certificate: &CertifiedKey) -> Vec<String> {
        let (_, parsed) = x509_parser::parse_x509_certificate(&certificate.cert[0]).unwrap();
        let names = parsed.subject_alternative_name().unwrap().unwrap().value.general_names.clone();
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn one_certificate_covers_what_is_known_beforehand_and_one_more_each_region() {
        let (leaves, _) = leaves(&["ramward.example", "192.0.2.7", "*.own.example"]);
        let leaves = leaves.unwrap();
        let shown = |name| leaves.certificate(name).unwrap();
        let known = shown(None);
        let text = names(&known).join(" ");
        for name in [
            "localhost",
            "ims.aliyuncs.com",
            "*.aliyuncs.com",
            "*.cn-hangzhou.aliyuncs.com",
            "ramward.example",
        ] {
            assert!(text.contains(name), "{name}: {text}");
        }
        for name in ["localhost", "IMS.aliyuncs.com", "sts.cn-hangzhou.aliyuncs.com", "evil.example"] {
            assert!(Arc::ptr_eq(&known, &shown(Some(name))), "{name}");
        }
        let beijing = shown(Some("sts.cn-beijing.aliyuncs.com"));
        assert_eq!(names(&beijing), ["DNSName(*.cn-beijing.aliyuncs.com)"]);
        assert!(Arc::ptr_eq(&beijing, &shown(Some("ram.cn-beijing.aliyuncs.com"))));
    }

    #[test]
    fn they_are_renewed_before_they_end() {
        let (leaves, clock) = leaves(&[]);
        let leaves = leaves.unwrap();
        let first = leaves.certificate(None).unwrap();
        clock.set(NOW.plus_seconds(RENEWED_DAYS * DAY - 1));
        assert!(Arc::ptr_eq(&first, &leaves.certificate(None).unwrap()));
        clock.set(NOW.plus_seconds(RENEWED_DAYS * DAY));
        let second = leaves.certificate(None).unwrap();
        assert!(!Arc::ptr_eq(&first, &second));
        let (_, parsed) = x509_parser::parse_x509_certificate(&second.cert[0]).unwrap();
        let end = NOW.plus_seconds((RENEWED_DAYS + LIFE_DAYS) * DAY);
        assert_eq!(parsed.validity().not_after.timestamp(), end.seconds());
    }

    #[test]
    fn names_that_somebody_makes_up_fill_no_memory() {
        let (leaves, _) = leaves(&[]);
        let leaves = leaves.unwrap();
        for number in 0..MOST_REGIONS * 2 {
            leaves.certificate(Some(&format!("sts.region-{number}.aliyuncs.com"))).unwrap();
        }
        assert_eq!(leaves.issued.lock().unwrap().len(), MOST_REGIONS);
    }

    #[test]
    fn a_name_that_is_none_is_refused_at_the_start() {
        for name in ["ünder.example", "a b", "", "http://a.example", "a.example:443"] {
            let (refused, _) = leaves(&[name]);
            assert!(matches!(refused, Err(TlsError::Name(found)) if found == name), "{name}");
        }
    }
}
