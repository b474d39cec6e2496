//! Times the hot functions: `cargo bench -p nws-micro`.

use nws_micro::{HOT, Hot};

fn main() {
    divan::main();
}

#[divan::bench(args = HOT)]
fn hot(bencher: divan::Bencher<'_, '_>, hot: &Hot) {
    bencher.bench_local((hot.prepare)());
}
