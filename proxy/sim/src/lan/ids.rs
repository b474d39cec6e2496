//! Names for machines and for what is between them.

/// A machine, from its start on. When it is started again it is another one, at the same address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MachineId(pub(super) usize);

slotmap::new_key_type! {
    pub(super) struct CableId;
}

/// Which end: 0 is the one that dialled.
pub(super) type Side = usize;
