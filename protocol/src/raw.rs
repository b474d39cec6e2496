//! Raw frames, of endpoints where a frame *is* the payload.

use std::borrow::Cow;

use crate::Json;

/// The frame that a raw peer gets for `data`: the text of a string, or the JSON text of any other
/// value.
#[must_use]
pub fn text_of(data: Json<'_>) -> Cow<'_, str> {
    data.string().unwrap_or(Cow::Borrowed(data.as_str()))
}

/// The `data` that structured peers get for raw `text`: a JSON string.
#[must_use]
pub fn json_of(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
