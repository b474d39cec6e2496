//! Inspects a program for macOS: the oldest version that runs it, and its signature, which the
//! linker makes without a certificate.

use anyhow::{Context, Result, ensure};
use object::macho::{LC_CODE_SIGNATURE, PLATFORM_MACOS, Version};
use object::read::macho::{LoadCommandVariant, MachHeader, MachOFile};
use object::{Architecture, File, Object};

use super::signature;
use crate::target::Target;

pub(super) fn inspect(target: Target, file: &File, program: &[u8]) -> Result<()> {
    if let File::MachO64(mach) = file {
        let found = oldest(mach)?;
        let wanted =
            target.oldest_macos.with_context(|| format!("nobody has said which macOS {target} needs"))?;
        ensure!(found == wanted, "it runs on macOS {found} or later, instead of {wanted}");
        no_search(mach)?;
        let Some(signature) = signature(mach, program)? else {
            let needs_one = file.architecture() == Architecture::Aarch64;
            ensure!(!needs_one, "it is not signed, as it has to be on processors of Apple");
            return Ok(());
        };
        signature::verify(program, signature)?;
    }
    Ok(())
}

/// The oldest version of macOS that runs the program, such as `11.0`.
fn oldest<Mach: MachHeader>(mach: &MachOFile<'_, Mach>) -> Result<String> {
    if let Some((version, _)) = mach.build_version()? {
        let platform = version.platform.get(mach.endian());
        ensure!(platform == PLATFORM_MACOS, "it is for the platform {platform:?} of Apple, not for macOS");
        return Ok(text(version.minos.get(mach.endian())));
    }
    let mut commands = mach.macho_load_commands()?;
    while let Some(command) = commands.next()? {
        if let LoadCommandVariant::VersionMin(version) = command.variant()? {
            return Ok(text(version.version.get(mach.endian())));
        }
    }
    anyhow::bail!("it does not say which version of macOS it needs")
}

fn text(version: Version) -> String {
    format!("{}.{}", version.major(), version.minor())
}

fn no_search<Mach: MachHeader>(mach: &MachOFile<'_, Mach>) -> Result<()> {
    let mut commands = mach.macho_load_commands()?;
    while let Some(command) = commands.next()? {
        let searches = matches!(command.variant()?, LoadCommandVariant::Rpath(_));
        ensure!(!searches, "it names folders in which to look for libraries");
    }
    Ok(())
}

/// The bytes of the signature.
fn signature<'data, Mach: MachHeader>(
    mach: &MachOFile<'_, Mach>,
    program: &'data [u8],
) -> Result<Option<&'data [u8]>> {
    let mut commands = mach.macho_load_commands()?;
    while let Some(command) = commands.next()? {
        if let LoadCommandVariant::LinkeditData(place) = command.variant()?
            && command.cmd() == LC_CODE_SIGNATURE
        {
            let endian = mach.endian();
            let start = place.dataoff.get(endian) as usize;
            let end = start.saturating_add(place.datasize.get(endian) as usize);
            return program.get(start..end).context("its signature is cut off").map(Some);
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::TARGETS;

    const BUILD_VERSION: u32 = 0x32;
    const RPATH: u32 = 0x8000_001c;

    /// A program of Apple silicon with these load commands and nothing else.
    fn program(commands: &[&[u32]]) -> Vec<u8> {
        let size = commands.iter().map(|command| 4 * command.len() as u32).sum();
        let head = [0xfeed_facf, 0x0100_000c, 0, 2, commands.len() as u32, size, 0, 0];
        head.iter().chain(commands.iter().copied().flatten()).flat_map(|word| word.to_le_bytes()).collect()
    }

    /// For macOS `version`, or for another platform.
    fn built_for(platform: u32, version: u32) -> [u32; 6] {
        [BUILD_VERSION, 24, platform, version << 16, 0, 0]
    }

    #[track_caller]
    fn refused(commands: &[&[u32]], words: &str) {
        let target = TARGETS.into_iter().find(|target| target.triple == "aarch64-apple-darwin");
        let program = program(commands);
        let file = File::parse(program.as_slice()).unwrap();
        let error = inspect(target.expect("a platform"), &file, &program).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }

    #[test]
    fn what_macos_would_not_start_is_refused() {
        let good = built_for(1, 11);
        refused(&[], "does not say which version");
        refused(&[&built_for(1, 14)], "it runs on macOS 14.0 or later, instead of 11.0");
        refused(&[&built_for(2, 11)], "not for macOS");
        refused(&[&good, &[RPATH, 16, 12, 0]], "folders");
        refused(&[&good], "it is not signed");
        refused(&[&good, &[LC_CODE_SIGNATURE.0, 16, 4096, 100]], "cut off");
    }
}
