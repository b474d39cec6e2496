//! Names for machines, and for the sides of connections.

/// A machine, from its start on. After a restart it is another machine, at the same address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MachineId(pub(super) usize);

slotmap::new_key_type! {
    pub(super) struct CableId;
}

/// A side of a connection: 0 has dialled.
pub(super) type Side = usize;
