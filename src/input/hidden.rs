//! [`Hidden`]: a text of someone else's JSON that may be a secret.

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// A text whose memory is zeroed. `null` is an empty one.
#[derive(Default, PartialEq)]
pub struct Hidden(pub Zeroizing<String>);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(Self(Zeroizing::new(text.unwrap_or_default())))
    }
}
