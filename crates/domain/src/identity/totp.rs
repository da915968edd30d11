//! One-time codes of virtual MFA devices: RFC 6238 with its defaults (SHA-1, 6 digits, steps of 30 seconds), one step of
//! tolerance either way, no code twice. The caller keeps the last step that was used beside the seed. The clock is the
//! wall clock: the phone knows no other.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use ramward_rpc::error::Rule;
use ramward_rpc::percent;
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::entropy::Entropy;
use crate::time::Timestamp;

/// Seconds a code is shown.
pub const STEP_SECONDS: i64 = 30;

/// How many steps a phone's clock may be wrong.
const TOLERANCE: i64 = 1;

/// What a device and the server share. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct Seed(Zeroizing<Box<[u8]>>);

impl Seed {
    /// Bytes of a new seed: the vendor's sample has 64 base32 characters.
    pub const LEN: usize = 40;

    /// A fresh one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        entropy.fill(bytes.as_mut());
        Self(Zeroizing::new(bytes.as_slice().into()))
    }

    /// A stored or imported one of 16 to 64 bytes (RFC 4226 asks for 16 at least); `None` for another length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        (16..=64).contains(&bytes.len()).then(|| Self(Zeroizing::new(bytes.into())))
    }

    /// The bytes, to seal and store.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The text to type into an app; 64 characters for a new seed.
    pub fn base32(&self) -> Zeroizing<String> {
        Zeroizing::new(data_encoding::BASE32_NOPAD.encode(&self.0))
    }

    /// The link that apps read from a QR code.
    pub fn otpauth_uri(&self, label: &str, issuer: &str) -> Zeroizing<String> {
        let (label, issuer) = (percent::encode(label.as_bytes()), percent::encode(issuer.as_bytes()));
        Zeroizing::new(format!("otpauth://totp/{label}?secret={}&issuer={issuer}", self.base32().as_str()))
    }

    /// The code that a device with this seed shows at `now`.
    pub fn code_at(&self, now: Timestamp) -> AuthenticationCode {
        AuthenticationCode(self.code(step_of(now)))
    }

    fn code(&self, step: i64) -> u32 {
        truncated(&self.0, step) % 1_000_000
    }

    /// The step whose code `code` is, within the tolerance and after `last_step`; store it as the new last step. `None`
    /// if the code is wrong, or was used.
    pub fn verify_code(
        &self,
        code: AuthenticationCode,
        now: Timestamp,
        last_step: Option<i64>,
    ) -> Option<i64> {
        self.latest(now, last_step, |step| code.matches(self.code(step)))
    }

    /// The same for two codes shown one after the other: the step of the second.
    pub fn verify_pair(
        &self,
        first: AuthenticationCode,
        second: AuthenticationCode,
        now: Timestamp,
        last_step: Option<i64>,
    ) -> Option<i64> {
        // The first code must be unused as well, so its step too must come after the last one.
        let last_step = last_step.map(|last| last.saturating_add(1));
        self.latest(now, last_step, |step| {
            first.matches(self.code(step - 1)) & second.matches(self.code(step))
        })
    }

    /// Tries every step of the window, whatever an earlier one said, so that the time taken tells nothing.
    fn latest(&self, now: Timestamp, last_step: Option<i64>, matches: impl Fn(i64) -> bool) -> Option<i64> {
        let now = step_of(now);
        let steps = now - TOLERANCE..=now + TOLERANCE;
        steps.filter(|step| matches(*step) & last_step.is_none_or(|last| *step > last)).last()
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seed(…)")
    }
}

/// The step that `now` lies in.
pub fn step_of(now: Timestamp) -> i64 {
    now.seconds().div_euclid(STEP_SECONDS)
}

/// RFC 4226, section 5.3: 31 bits of the code's hash, chosen by its last four.
fn truncated(seed: &[u8], step: i64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(seed).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let hash: [u8; 20] = mac.finalize().into_bytes().into();
    let offset = usize::from(hash.last().copied().unwrap_or_default() & 0xF);
    let word = hash.get(offset..offset + 4).and_then(|bytes| bytes.try_into().ok());
    u32::from_be_bytes(word.expect("an offset of at most 15 leaves 4 of 20 bytes")) & 0x7FFF_FFFF
}

/// A code as the user reads it off the device: exactly six digits.
#[derive(Clone, Copy)]
pub struct AuthenticationCode(u32);

impl AuthenticationCode {
    /// Reads six digits.
    ///
    /// # Errors
    /// `Format`.
    pub fn parse(text: &str) -> Result<Self, Rule> {
        if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Rule::Format);
        }
        text.parse().map(Self).map_err(|_| Rule::Format)
    }

    /// The six digits.
    pub fn expose(self) -> String {
        format!("{:06}", self.0)
    }

    fn matches(self, code: u32) -> bool {
        self.0.ct_eq(&code).into()
    }
}

/// In constant time.
impl PartialEq for AuthenticationCode {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.0)
    }
}

impl fmt::Debug for AuthenticationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthenticationCode(…)")
    }
}

impl Scalar for AuthenticationCode {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "6 digits";

    fn parse(text: &str) -> Result<Self, Rule> {
        Self::parse(text)
    }

    /// No answer ever has a code.
    fn value(&self) -> Value {
        Value::from("******")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    /// The seed of the RFCs' appendices.
    fn rfc_seed() -> Seed {
        Seed::from_bytes(b"12345678901234567890").unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    /// RFC 4226, appendix D: the truncated values, and codes of six digits, of counters 0 to 9.
    #[test]
    fn the_vectors_of_rfc_4226() {
        let rows = [
            (1_284_755_224, 755_224),
            (1_094_287_082, 287_082),
            (137_359_152, 359_152),
            (1_726_969_429, 969_429),
            (1_640_338_314, 338_314),
            (868_254_676, 254_676),
            (1_918_287_922, 287_922),
            (82_162_583, 162_583),
            (673_399_871, 399_871),
            (645_520_489, 520_489),
        ];
        for (counter, (word, code)) in rows.into_iter().enumerate() {
            let counter = i64::try_from(counter).unwrap();
            assert_eq!(
                (truncated(rfc_seed().expose(), counter), rfc_seed().code(counter)),
                (word, code),
                "{counter}"
            );
        }
    }

    /// RFC 6238, appendix B: codes of eight digits, of which these devices show the last six.
    #[test]
    fn the_vectors_of_rfc_6238() {
        let rows = [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ];
        for (seconds, code) in rows {
            let step = step_of(at(seconds));
            assert_eq!(truncated(rfc_seed().expose(), step) % 100_000_000, code, "{seconds}");
            assert_eq!(rfc_seed().code_at(at(seconds)).expose(), format!("{:06}", code % 1_000_000));
        }
    }

    #[test]
    fn a_code_is_good_for_its_step_and_one_either_way() {
        let seed = rfc_seed();
        let code = seed.code_at(at(30_000));
        let rows = [
            (30_000 - 31, None),
            (30_000 - 30, Some(1000)),
            (30_000, Some(1000)),
            (30_029, Some(1000)),
            (30_059, Some(1000)),
            (30_060, None),
        ];
        for (now, step) in rows {
            assert_eq!(seed.verify_code(code, at(now), None), step, "{now}");
        }
        let wrong = AuthenticationCode((code.0 + 1) % 1_000_000);
        assert_eq!(seed.verify_code(wrong, at(30_000), None), None);
    }

    #[test]
    fn no_code_is_good_twice_nor_after_a_later_one() {
        let seed = rfc_seed();
        let (earlier, code) = (seed.code_at(at(29_970)), seed.code_at(at(30_000)));
        let step = seed.verify_code(code, at(30_000), None);
        assert_eq!(step, Some(1000));
        assert_eq!(seed.verify_code(code, at(30_000), step), None, "used");
        assert_eq!(seed.verify_code(earlier, at(30_000), step), None, "older than the one used");
        assert_eq!(seed.verify_code(earlier, at(30_000), None), Some(999));
        assert_eq!(seed.verify_code(seed.code_at(at(30_030)), at(30_000), step), Some(1001));
    }

    #[test]
    fn two_codes_must_follow_each_other() {
        let seed = rfc_seed();
        let code = |step: i64| seed.code_at(at(step * STEP_SECONDS));
        let now = at(30_000);
        let rows = [
            ((999, 1000), Some(1000)),
            ((1000, 1001), Some(1001)),
            ((998, 999), Some(999)),
            ((997, 998), None),
            ((1001, 1002), None),
            ((1000, 1000), None),
            ((1000, 999), None),
            ((998, 1000), None),
        ];
        for ((first, second), step) in rows {
            assert_eq!(seed.verify_pair(code(first), code(second), now, None), step, "{first} {second}");
        }
        assert_eq!(seed.verify_pair(code(999), code(1000), now, Some(998)), Some(1000));
        assert_eq!(seed.verify_pair(code(999), code(1000), now, Some(999)), None, "the first was used");
    }

    #[test]
    fn a_new_seed_has_64_characters_and_is_never_shown() {
        let seed = Seed::generate(&SeededEntropy::new(1));
        assert_eq!((seed.expose().len(), seed.base32().len()), (40, 64));
        assert_ne!(seed.expose(), Seed::generate(&SeededEntropy::new(2)).expose());
        assert_eq!(data_encoding::BASE32_NOPAD.decode(seed.base32().as_bytes()).unwrap(), seed.expose());
        assert_eq!(format!("{seed:?} {:?}", seed.code_at(at(0))), "Seed(…) AuthenticationCode(…)");
        for (len, fits) in [(15, false), (16, true), (64, true), (65, false)] {
            assert_eq!(Seed::from_bytes(&vec![1; len]).is_some(), fits, "{len}");
        }
    }

    #[test]
    fn the_link_for_apps() {
        assert_eq!(
            rfc_seed().otpauth_uri("alice@acme.onaliyun.com", "A & B").as_str(),
            "otpauth://totp/alice%40acme.onaliyun.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=A%20%26%20B"
        );
    }

    #[test]
    fn codes_are_six_digits() {
        for text in ["000000", "012345", "999999"] {
            assert_eq!(AuthenticationCode::parse(text).unwrap().expose(), text);
        }
        for text in ["", "12345", "1234567", "12345a", "+12345", " 12345", "１２"] {
            assert_eq!(<AuthenticationCode as Scalar>::parse(text).map(|_| ()), Err(Rule::Format), "{text}");
        }
    }
}
