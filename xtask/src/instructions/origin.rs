//! The origin of counts: what they depend on besides the code of the project.

use anyhow::Result;
use nws_tools::Step;
use serde_json::{Value, json};

/// The influences that make the same code execute other instructions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The compiler.
    pub(super) rustc: String,
    /// The instrument, which decides which features of the processor programs see.
    pub(super) valgrind: String,
    /// The C library, whose `memcpy` and `malloc` are counted too.
    pub(super) libc: String,
    /// The architecture, and the features by which memchr, simdutf8, chacha20 and libc choose code
    /// at run time.
    pub(super) cpu: String,
}

impl Origin {
    /// The origin of counts that are made here and now.
    pub(super) fn here() -> Result<Self> {
        let line = |text: String| text.lines().next().unwrap_or_default().trim().to_owned();
        Ok(Self {
            rustc: line(Step::new("rustc").arg("-V").read()?),
            valgrind: line(Step::new("valgrind").arg("--version").read()?),
            libc: line(Step::new("getconf").arg("GNU_LIBC_VERSION").read().unwrap_or_default()),
            cpu: cpu(),
        })
    }

    pub(super) fn from_json(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        Self { rustc: text("rustc"), valgrind: text("valgrind"), libc: text("libc"), cpu: text("cpu") }
    }

    pub(super) fn json(&self) -> Value {
        let Self { rustc, valgrind, libc, cpu } = self;
        json!({"rustc": rustc, "valgrind": valgrind, "libc": libc, "cpu": cpu})
    }

    /// The differences from `other`, as text.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let pairs = [
            (&self.rustc, &other.rustc),
            (&self.valgrind, &other.valgrind),
            (&self.libc, &other.libc),
            (&self.cpu, &other.cpu),
        ];
        let different = pairs.into_iter().filter(|(mine, its)| mine != its);
        different.map(|(mine, its)| format!("{mine} here, {its} there")).collect()
    }
}

/// The features of the processor. Valgrind hides those that it does not know, such as AVX-512, so
/// they do not matter.
#[cfg(target_arch = "x86_64")]
fn cpu() -> String {
    let features = [
        ("sse4.2", std::arch::is_x86_feature_detected!("sse4.2")),
        ("avx", std::arch::is_x86_feature_detected!("avx")),
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("bmi2", std::arch::is_x86_feature_detected!("bmi2")),
    ];
    let found = features.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name);
    ["x86_64"].into_iter().chain(found).collect::<Vec<_>>().join(" ")
}

#[cfg(not(target_arch = "x86_64"))]
fn cpu() -> String {
    std::env::consts::ARCH.to_owned()
}
