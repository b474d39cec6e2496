//! Raw frames: the endpoints of the older seed, where a frame *is* the payload.

use std::borrow::Cow;

use crate::Json;

/// What a raw peer gets for `data`: the text of a string, the JSON text of anything else.
#[must_use]
pub fn text_of(data: Json<'_>) -> Cow<'_, str> {
    data.string().unwrap_or(Cow::Borrowed(data.as_str()))
}

/// The `data` that structured peers get for raw `text`: a JSON string.
#[must_use]
pub fn json_of(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
