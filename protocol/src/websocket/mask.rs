//! Masks of clients' frames (RFC 6455, section 5.3).

/// Undoes (or applies) `mask` in place. `offset` is the position of `data` in its payload.
pub fn apply(data: &mut [u8], mask: [u8; 4], offset: usize) {
    if mask == [0; 4] {
        return;
    }
    let turned: [u8; 4] = std::array::from_fn(|i| mask[(offset + i) % 4]);
    let narrow = u32::from_ne_bytes(turned);
    let wide = u64::from(narrow) << 32 | u64::from(narrow);
    let (words, rest) = data.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(turned.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::apply;

    #[test]
    fn agrees_with_the_definition() {
        for (mask, offset, len) in [[1, 20, 150, 255], [0; 4], [0, 0, 0, 1]]
            .into_iter()
            .flat_map(|mask| (0..9).flat_map(move |offset| (0..40).map(move |len| (mask, offset, len))))
        {
            let plain: Vec<u8> = (0..len).collect();
            let mut data = plain.clone();
            apply(&mut data, mask, offset);
            let expected: Vec<u8> =
                plain.iter().enumerate().map(|(i, byte)| byte ^ mask[(offset + i) % 4]).collect();
            assert_eq!(data, expected);
        }
    }
}
