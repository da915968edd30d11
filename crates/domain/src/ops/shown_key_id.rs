//! The id of an AccessKey as people have it at hand: whole, or masked as answers show it. Must not know what is done to the
//! key.

use ramward_rpc::error::{ApiError, ApiResult, Code, Rule};
use ramward_rpc::shape::{Kind, Scalar};
use ramward_rpc::value::Value;

use crate::ids::{AccountId, UserId};
use crate::store::Tx;
use crate::store::tables::access_keys;

/// The id of an AccessKey, whole or masked as answers show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownKeyId(String);

impl Scalar for ShownKeyId {
    const KIND: Kind = Kind::String;
    const LIMITS: &'static str = "1 to 128 letters, digits, '.', '_' and '-': the whole id, or its first and last four with **** between them";

    fn parse(text: &str) -> Result<Self, Rule> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'*');
        match text.len() {
            1..=128 if text.bytes().all(fits) => Ok(Self(text.to_owned())),
            1..=128 => Err(Rule::InvalidChars),
            _ => Err(Rule::Length),
        }
    }

    fn value(&self) -> Value {
        Value::text(self.0.clone())
    }
}

impl ShownKeyId {
    /// The place of the key among its owner's; `parameter` is where it was given.
    ///
    /// # Errors
    /// `EntityNotExist.User.AccessKey`, and `InvalidParameter.<parameter>.Format` where two keys are shown alike.
    pub fn place(
        &self,
        tx: &mut Tx<'_>,
        account: AccountId,
        owner: UserId,
        parameter: &'static str,
    ) -> ApiResult<usize> {
        let Self(shown) = self;
        let keys = access_keys::list_facts(tx, account, owner)?;
        let whole = keys.iter().position(|(id, _)| id.as_str() == shown);
        let mut masked = keys.iter().enumerate().filter(|(_, (id, _))| id.masked().to_string() == *shown);
        match (whole, masked.next(), masked.next()) {
            (Some(place), ..) | (None, Some((place, _)), None) => Ok(place),
            (None, Some(_), Some(_)) => {
                let message = format!(
                    "The parameter - \"{parameter}\" is incorrect. Two AccessKeys are shown by that masked AccessKeyId; name the whole one."
                );
                let code = Code::InvalidParameter(parameter.into(), Rule::Format);
                Err(ApiError::with_message(code, message))
            }
            (None, None, _) => Err(ApiError::new(Code::EntityNotExist("User.AccessKey"))),
        }
    }
}
