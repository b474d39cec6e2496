//! Inspects a program for Linux: it is static, it can lie anywhere in memory, so that nobody can guess
//! where, and none of its memory is both written and run.

use anyhow::{Result, ensure};
use object::File;
use object::elf::{DT_RPATH, DT_RUNPATH, ET_DYN, PF_W, PF_X};
use object::read::elf::{Dyn, ElfFile, FileHeader, ProgramHeader};

/// `is_relocatable` says whether it has to be able to lie anywhere.
pub(super) fn inspect(file: &File, is_relocatable: bool) -> Result<()> {
    if let File::Elf32(elf) = file {
        segments(elf, is_relocatable)?;
    }
    if let File::Elf64(elf) = file {
        segments(elf, is_relocatable)?;
    }
    Ok(())
}

fn segments<'data, Elf: FileHeader>(
    elf: &ElfFile<'data, Elf, &'data [u8]>,
    is_relocatable: bool,
) -> Result<()> {
    let endian = elf.endian();
    let is_fixed = elf.elf_header().e_type(endian) != ET_DYN;
    ensure!(!(is_fixed && is_relocatable), "it lies at one fixed place in memory");
    for segment in elf.elf_program_headers() {
        if let Some(loader) = segment.interpreter(endian, elf.data())? {
            let loader = String::from_utf8_lossy(loader);
            ensure!(
                loader.is_empty(),
                "it is loaded by {loader}, which not every Linux has: link it statically"
            );
        }
        let both = PF_W | PF_X;
        ensure!(segment.p_flags(endian) & both != both, "it has memory that can be written and run");
        for entry in segment.dynamic(endian, elf.data())?.unwrap_or_default() {
            let searches = [DT_RPATH, DT_RUNPATH].contains(&entry.d_tag(endian));
            ensure!(!searches, "it names folders in which to look for libraries");
        }
    }
    Ok(())
}
