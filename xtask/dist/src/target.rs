//! The platforms for which the proxy is released, and the name of each in every kind of package.

use std::fmt;

use clap::builder::PossibleValue;
use object::Architecture;

/// A platform for which the proxy is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Rust's name of it.
    pub(crate) triple: &'static str,
    /// What a person calls it.
    pub(crate) name: &'static str,
    pub(crate) system: System,
    pub(crate) processor: Architecture,
    /// The architecture in the names of Debian's packages.
    pub(crate) debian: Option<&'static str>,
    /// The architecture in the names of RPM's packages.
    pub(crate) rpm: Option<&'static str>,
    /// The architecture in the AUR: that of Arch Linux or of one of its ports.
    pub(crate) aur: Option<&'static str>,
    /// The platform in Nix.
    pub(crate) nix: Option<&'static str>,
    /// The architecture of container images, and its variant.
    pub(crate) container: Option<(&'static str, Option<&'static str>)>,
    /// Whether the program may lie at any address, so that nobody can guess where it lies. For ARM of 32
    /// bits, rustc can make no static program of this kind.
    pub(crate) is_relocatable: bool,
    /// The oldest macOS that runs the proxy: the oldest one that Rust supports for that processor.
    pub(crate) oldest_macos: Option<&'static str>,
    /// `process.platform` and `process.arch` of Node.js.
    pub(crate) node: (&'static str, &'static str),
    /// The platform tags of the wheel.
    pub(crate) wheel: &'static [&'static str],
}

/// What an operating system asks of an executable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum System {
    Linux,
    MacOs,
    Windows,
}

/// Every platform. Each Linux has one static binary, which runs whatever the C library there is.
pub(crate) const TARGETS: [Target; 6] = [
    Target {
        triple: "x86_64-unknown-linux-musl",
        name: "Linux, x86-64",
        system: System::Linux,
        processor: Architecture::X86_64,
        debian: Some("amd64"),
        rpm: Some("x86_64"),
        aur: Some("x86_64"),
        nix: Some("x86_64-linux"),
        container: Some(("amd64", None)),
        is_relocatable: true,
        oldest_macos: None,
        node: ("linux", "x64"),
        wheel: &["manylinux_2_17_x86_64", "manylinux2014_x86_64", "musllinux_1_1_x86_64"],
    },
    Target {
        triple: "aarch64-unknown-linux-musl",
        name: "Linux, 64-bit ARM",
        system: System::Linux,
        processor: Architecture::Aarch64,
        debian: Some("arm64"),
        rpm: Some("aarch64"),
        aur: Some("aarch64"),
        nix: Some("aarch64-linux"),
        container: Some(("arm64", None)),
        is_relocatable: true,
        oldest_macos: None,
        node: ("linux", "arm64"),
        wheel: &["manylinux_2_17_aarch64", "manylinux2014_aarch64", "musllinux_1_1_aarch64"],
    },
    Target {
        triple: "armv7-unknown-linux-musleabihf",
        name: "Linux, 32-bit ARM (ARMv7 with hardware floating point)",
        system: System::Linux,
        processor: Architecture::Arm,
        debian: Some("armhf"),
        rpm: Some("armv7hl"),
        aur: Some("armv7h"),
        nix: Some("armv7l-linux"),
        container: Some(("arm", Some("v7"))),
        is_relocatable: false,
        oldest_macos: None,
        node: ("linux", "arm"),
        wheel: &["manylinux_2_17_armv7l", "manylinux2014_armv7l", "musllinux_1_1_armv7l"],
    },
    Target {
        triple: "x86_64-pc-windows-gnu",
        name: "Windows, x86-64",
        system: System::Windows,
        processor: Architecture::X86_64,
        debian: None,
        rpm: None,
        aur: None,
        nix: None,
        container: None,
        is_relocatable: true,
        oldest_macos: None,
        node: ("win32", "x64"),
        wheel: &["win_amd64"],
    },
    Target {
        triple: "aarch64-apple-darwin",
        name: "macOS, Apple silicon",
        system: System::MacOs,
        processor: Architecture::Aarch64,
        debian: None,
        rpm: None,
        aur: None,
        nix: Some("aarch64-darwin"),
        container: None,
        is_relocatable: true,
        oldest_macos: Some("11.0"),
        node: ("darwin", "arm64"),
        wheel: &["macosx_11_0_arm64"],
    },
    Target {
        triple: "x86_64-apple-darwin",
        name: "macOS, Intel",
        system: System::MacOs,
        processor: Architecture::X86_64,
        debian: None,
        rpm: None,
        aur: None,
        nix: Some("x86_64-darwin"),
        container: None,
        is_relocatable: true,
        oldest_macos: Some("10.12"),
        node: ("darwin", "x64"),
        wheel: &["macosx_10_12_x86_64"],
    },
];

impl Target {
    /// The file name of the proxy there.
    pub(crate) fn program(self) -> &'static str {
        match self.system {
            System::Windows => "nws.exe",
            System::Linux | System::MacOs => "nws",
        }
    }

    /// The platforms that every run builds: what most desks have, and what tests can run anywhere.
    pub(crate) fn usual() -> Vec<Self> {
        let usual = ["x86_64-unknown-linux-musl", "x86_64-pc-windows-gnu"];
        TARGETS.into_iter().filter(|target| usual.contains(&target.triple)).collect()
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.triple)
    }
}

impl clap::ValueEnum for Target {
    fn value_variants<'a>() -> &'a [Self] {
        &TARGETS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.triple).help(self.name))
    }
}
