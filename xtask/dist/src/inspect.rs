//! Inspects a built proxy before it is packed: its format and processor, its size, and whether it
//! needs anything that its platform does not have.
//!
//! Some platforms are not there to try it on. What this finds would show there only at the start.

mod elf;
mod mach;
mod signature;

use std::fs;

use anyhow::{Context, Result, ensure};
use object::{Architecture, BinaryFormat, File, Object};

use crate::release::Release;
use crate::target::{System, Target};

/// The largest proxy, in bytes. It has to fit into the memory and the patience of small machines.
const LARGEST: usize = 16_800_000;

/// Libraries that every Windows has, from 10 on, without their ending. A program with user32 or
/// gdi32, which ole32 and shell32 bring along, is not told that its user logs off.
const OF_WINDOWS: [&str; 11] = [
    "advapi32",
    "bcrypt",
    "bcryptprimitives",
    "crypt32",
    "iphlpapi",
    "kernel32",
    "msvcrt",
    "ntdll",
    "secur32",
    "userenv",
    "ws2_32",
];

/// Where macOS has its own libraries.
const OF_MACOS: [&str; 2] = ["/usr/lib/", "/System/Library/"];

/// Fails if the proxy for `target` cannot be released, and says why.
pub(crate) fn proxy(release: &Release, target: Target) -> Result<()> {
    let path = release.binary(target);
    let program = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    inspect(target, &program).with_context(|| format!("{} cannot be released", path.display()))
}

fn inspect(target: Target, program: &[u8]) -> Result<()> {
    let size = program.len();
    ensure!(size <= LARGEST, "it has {size} bytes, and may have {LARGEST}: find out what has grown");
    let file = File::parse(program).context("it is no program")?;
    is_for(target, &file)?;
    libraries(target.system, &file)?;
    match target.system {
        System::Linux => elf::inspect(&file, target.is_relocatable),
        System::MacOs => mach::inspect(target, &file, program),
        System::Windows => Ok(()),
    }
}

/// Fails if the program is for another system or processor.
fn is_for(target: Target, file: &File) -> Result<()> {
    let (found, wanted) = ((file.format(), file.architecture()), kind(target));
    ensure!(found == wanted, "it is {found:?} instead of {wanted:?}");
    Ok(())
}

fn kind(target: Target) -> (BinaryFormat, Architecture) {
    let format = match target.system {
        System::Linux => BinaryFormat::Elf,
        System::MacOs => BinaryFormat::MachO,
        System::Windows => BinaryFormat::Pe,
    };
    (format, target.processor)
}

/// Fails if the program needs a library that does not belong to its system.
fn libraries(system: System, file: &File) -> Result<()> {
    for library in file.import_libraries()? {
        let name = String::from_utf8_lossy(library?.name()).into_owned();
        ensure!(
            belongs_to(system, &name),
            "it needs the library {name}, which not every {system:?} has: link it in, or add it to the \
             libraries that are known"
        );
    }
    Ok(())
}

fn belongs_to(system: System, library: &str) -> bool {
    match system {
        System::Linux => false,
        System::MacOs => OF_MACOS.iter().any(|folder| library.starts_with(folder)),
        System::Windows => {
            let library = library.to_ascii_lowercase();
            let name = library.strip_suffix(".dll").unwrap_or(&library);
            OF_WINDOWS.contains(&name) || name.starts_with("api-ms-win-")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::TARGETS;

    fn target(triple: &str) -> Target {
        TARGETS.into_iter().find(|target| target.triple == triple).expect("a platform")
    }

    #[test]
    fn systems_know_their_libraries() {
        for name in ["KERNEL32.dll", "ws2_32.dll", "api-ms-win-core-synch-l1-2-0.dll"] {
            assert!(belongs_to(System::Windows, name), "{name}");
        }
        for name in ["libwinpthread-1.dll", "libgcc_s_seh-1.dll", "vcruntime140.dll"] {
            assert!(!belongs_to(System::Windows, name), "{name}");
        }
        assert!(belongs_to(System::MacOs, "/usr/lib/libSystem.B.dylib"));
        for name in ["/opt/homebrew/lib/libssl.3.dylib", "@rpath/libssl.dylib"] {
            assert!(!belongs_to(System::MacOs, name), "{name}");
        }
        assert!(!belongs_to(System::Linux, "libc.so.6"));
    }

    #[test]
    fn what_is_no_program_is_refused() {
        let linux = target("x86_64-unknown-linux-musl");
        for program in [&b""[..], b"#!/bin/sh\n", b"\x7fELF", &[0xcf, 0xfa, 0xed, 0xfe]] {
            inspect(linux, program).unwrap_err();
        }
    }

    #[test]
    fn a_program_that_is_too_large_is_refused() {
        let error = inspect(target("x86_64-unknown-linux-musl"), &vec![0; LARGEST + 1]).unwrap_err();
        assert!(error.to_string().contains(&format!("{} bytes", LARGEST + 1)), "{error}");
    }

    /// This very test: built for developers, it needs the C library of the system, and is large.
    #[cfg(all(target_os = "linux", target_env = "gnu", target_arch = "x86_64"))]
    mod with_this_test {
        use super::*;

        /// Where a 64-bit ELF file says its type, and where its table of segments begins.
        const TYPE: usize = 16;
        const SEGMENTS: usize = 32;
        /// The size of an entry of that table, and its types and flags: the C header elf.h.
        const SEGMENT: usize = 56;
        const NULL: u32 = 0;
        const LOAD: u32 = 1;
        const INTERPRETER: u32 = 3;
        const WRITE_AND_RUN: u32 = 3;

        fn own() -> Vec<u8> {
            fs::read(std::env::current_exe().unwrap()).unwrap()
        }

        /// This test as a program that asks for no loader.
        fn loose() -> Vec<u8> {
            let mut program = own();
            for at in segments(&program, INTERPRETER) {
                program[at..at + 4].copy_from_slice(&NULL.to_le_bytes());
            }
            program
        }

        /// Where the entries of this type begin.
        fn segments(program: &[u8], kind: u32) -> Vec<usize> {
            let from = program[SEGMENTS..SEGMENTS + 8].try_into().unwrap();
            let entries = (usize::try_from(u64::from_le_bytes(from)).unwrap()..).step_by(SEGMENT);
            let count = u16::from_le_bytes(program[56..58].try_into().unwrap());
            let has_kind = |at: &usize| program[*at..at + 4] == kind.to_le_bytes();
            entries.take(count.into()).filter(has_kind).collect()
        }

        fn fault(program: &[u8]) -> String {
            elf::inspect(&File::parse(program).unwrap(), true).unwrap_err().to_string()
        }

        #[test]
        fn a_program_that_needs_libraries_is_refused() {
            let own = own();
            let file = File::parse(own.as_slice()).unwrap();
            let error = libraries(System::Linux, &file).unwrap_err();
            assert!(error.to_string().contains("it needs the library lib"), "{error}");
            assert!(fault(&own).contains("it is loaded by /lib"), "{}", fault(&own));
        }

        #[test]
        fn a_program_for_another_processor_or_system_is_refused() {
            let own = own();
            let file = File::parse(own.as_slice()).unwrap();
            is_for(target("x86_64-unknown-linux-musl"), &file).unwrap();
            for triple in ["aarch64-unknown-linux-musl", "x86_64-pc-windows-gnu", "x86_64-apple-darwin"] {
                let fault = is_for(target(triple), &file).unwrap_err().to_string();
                assert!(fault.starts_with("it is (Elf, X86_64) instead of"), "{triple}: {fault}");
            }
        }

        #[test]
        fn a_program_at_a_fixed_address_is_refused() {
            elf::inspect(&File::parse(loose().as_slice()).unwrap(), true).unwrap();
            let mut fixed = loose();
            fixed[TYPE] = 2;
            elf::inspect(&File::parse(fixed.as_slice()).unwrap(), false).unwrap();
            assert_eq!(fault(&fixed), "it lies at one fixed place in memory");
        }

        #[test]
        fn memory_that_is_written_and_run_is_refused() {
            let mut program = loose();
            let at = segments(&program, LOAD)[0] + 4;
            program[at..at + 4].copy_from_slice(&WRITE_AND_RUN.to_le_bytes());
            assert_eq!(fault(&program), "it has memory that can be written and run");
        }
    }
}
