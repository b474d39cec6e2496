//! The WebSocket decoder against tungstenite, and against itself with the input cut elsewhere.

#![no_main]

#[path = "../../tests/wire/properties/oracle.rs"]
mod oracle;
#[path = "../../tests/wire/properties/transcript.rs"]
mod transcript;

use libfuzzer_sys::fuzz_target;
use transcript::Transcript;

fuzz_target!(|data: &[u8]| {
    let [limit, first_cut, second_cut, stream @ ..] = data else { return };
    let message_max = 125 + usize::from(*limit);
    oracle::agreement(stream, message_max);
    let cuts = [usize::from(*first_cut), usize::from(*second_cut)];
    assert_eq!(Transcript::of(stream, &cuts, message_max), Transcript::of(stream, &[], message_max));
});
