//! One whole conversation, byte for byte: both sides match in the first round, one joins later, one leaves.

use crate::pair::Pair;

/// Each frame in hexadecimal, behind the side that sent it.
const TRANSCRIPT: &str = include_str!("golden.txt");

/// Plays `pair` to its end, and notes in `lines` what was sent since `noted`, in turns.
fn note(pair: &mut Pair, noted: &mut [usize; 2], lines: &mut Vec<String>) {
    loop {
        let logs = [("I", &pair.one.log), ("R", &pair.two.log)];
        for ((name, log), noted) in logs.into_iter().zip(noted.iter_mut()) {
            for frame in &log[*noted..] {
                let hex: String = frame.iter().map(|byte| format!("{byte:02x}")).collect();
                lines.push(format!("{name} {hex}"));
            }
            *noted = log.len();
        }
        let pending = [&pair.one, &pair.two].map(|side| side.sent.len() + side.works.len() + side.waiting);
        if pending == [0, 0] {
            return;
        }
        for second in [false, true] {
            pair.deliver(second).unwrap();
            let (side, _) = pair.sides(second);
            side.grant(64);
            side.work(0).unwrap();
        }
    }
}

fn transcript() -> Vec<String> {
    let mut pair = Pair::new(8);
    let (mut noted, mut lines) = ([0, 0], Vec::new());
    pair.one.offer(["alpha", "beta"]);
    pair.two.offer(["beta", "gamma"]);
    note(&mut pair, &mut noted, &mut lines);
    pair.two.offer(["alpha"]);
    note(&mut pair, &mut noted, &mut lines);
    pair.one.withdraw("beta");
    note(&mut pair, &mut noted, &mut lines);
    assert_eq!(pair.one.names(), ["alpha"]);
    lines
}

#[test]
fn no_byte_drifts() {
    let transcript = transcript();
    for (line, (is, was)) in transcript.iter().zip(TRANSCRIPT.lines()).enumerate() {
        assert_eq!(is, was, "line {}", line + 1);
    }
    assert_eq!(transcript.len(), TRANSCRIPT.lines().count());
}
