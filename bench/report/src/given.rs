//! Reads optional values whose field must be present.

use serde::{Deserialize, Deserializer};

/// Reads `null` as no value. Unlike serde's own way of reading an option, a missing field is an
/// error.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(from)
}
