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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_survives_the_way_there_and_back() {
        for text in ["", "plain", "quote \" and \\ and \n", "\u{0}\u{1f}", "ä😀", "{\"json\":1}"] {
            let json = json_of(text);
            assert_eq!(text_of(Json::new(&json).unwrap()), text);
        }
    }

    #[test]
    fn other_values_stay_json() {
        assert_eq!(text_of(Json::new("{ \"a\" : [1] }").unwrap()), "{ \"a\" : [1] }");
    }
}
