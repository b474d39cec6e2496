//! What two proxies say to each other: frames, and streams of records in any pieces.

#![no_main]

#[path = "../../tests/wire/properties/link.rs"]
mod link;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    link::check_frame(data);
    let [max, first_cut, second_cut, stream @ ..] = data else { return };
    link::check_stream(stream, usize::from(*max), &[usize::from(*first_cut), usize::from(*second_cut)]);
});
