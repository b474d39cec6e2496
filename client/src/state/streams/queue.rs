//! The message of a stream that waits for credit.

use bytes::Bytes;

use crate::Data;

/// The most bytes of a part of a text. In JSON they take six times as many at most, and a frame of a
/// stream has room for that: `STREAM_DATA_MAX` of the protocol.
const TEXT_MAX: usize = 32 * 1024;

/// One message, or what is left of it.
#[derive(Default)]
pub(super) struct Queue(Option<Rest>);

enum Rest {
    /// The text, and how much of it has gone.
    Text(String, usize),
    Binary(Bytes),
}

impl Queue {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn put(&mut self, data: Data) {
        self.0 = Some(match data {
            Data::Text(text) | Data::Json(text) => Rest::Text(text, 0),
            Data::Binary(bytes) => Rest::Binary(bytes),
        });
    }

    /// Takes the next part of at most `max` bytes, and says whether there are more of the message. There is
    /// none where not even one character fits.
    pub(super) fn next(&mut self, max: usize) -> Option<(Data, bool)> {
        match self.0.as_mut()? {
            Rest::Text(text, start) => {
                let rest = &text[*start..];
                let end = rest.floor_char_boundary(max.min(TEXT_MAX).min(rest.len()));
                let has_more = end < rest.len();
                if has_more && end == 0 {
                    return None;
                }
                let part = rest[..end].to_owned();
                *start += end;
                self.drop_if(!has_more);
                Some((Data::Text(part), has_more))
            }
            Rest::Binary(bytes) => {
                let part = bytes.split_to(max.min(bytes.len()));
                let has_more = !bytes.is_empty();
                if has_more && part.is_empty() {
                    return None;
                }
                self.drop_if(!has_more);
                Some((Data::Binary(part), has_more))
            }
        }
    }

    fn drop_if(&mut self, is_over: bool) {
        if is_over {
            self.0 = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(data: Data, max: usize) -> Vec<(Data, bool)> {
        let mut queue = Queue::default();
        queue.put(data);
        std::iter::from_fn(|| queue.next(max)).collect()
    }

    #[test]
    fn messages_are_cut() {
        let expected = [("ab", true), ("é", true), ("c", false)].map(|(text, more)| (text.into(), more));
        assert_eq!(parts("abéc".into(), 2), expected);
        assert_eq!(parts(Data::from(&b"abc"[..]), 2), [(b"ab"[..].into(), true), (b"c"[..].into(), false)]);
    }

    #[test]
    fn what_is_empty_is_one_part() {
        assert_eq!(parts("".into(), 0), [("".into(), false)]);
        assert_eq!(parts(Data::from(Vec::new()), 0), [(Vec::new().into(), false)]);
    }

    #[test]
    fn nothing_goes_where_nothing_fits() {
        assert_eq!(parts("é".into(), 1), []);
        assert_eq!(parts(vec![1].into(), 0), []);
    }

    #[test]
    fn parts_of_texts_fit_into_frames() {
        let lens: Vec<_> = parts("\u{1}".repeat(70_000).into(), 65_536)
            .iter()
            .map(|(part, _)| part.as_bytes().len())
            .collect();
        assert_eq!(lens, [32_768, 32_768, 4464]);
    }
}
