//! Numbers as text, without the machinery of formatting. Each client that joins costs two of them,
//! and storms of joins happen.

/// Digits of the largest number.
const DIGITS: usize = 20;

/// A number in decimal.
pub(super) struct Decimal {
    digits: [u8; DIGITS],
    start: usize,
}

impl Decimal {
    pub(super) fn new(mut number: usize) -> Self {
        let (mut digits, mut start) = ([b'0'; DIGITS], DIGITS - 1);
        digits[start] += (number % 10) as u8;
        while number >= 10 {
            number /= 10;
            start -= 1;
            digits[start] += (number % 10) as u8;
        }
        Self { digits, start }
    }

    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(&self.digits[self.start..]).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_usual() {
        for number in [0, 1, 9, 10, 99, 100, 1_048_576, 9_999_999_999, usize::MAX] {
            assert_eq!(Decimal::new(number).as_str(), number.to_string());
        }
    }
}
