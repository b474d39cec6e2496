//! Which streams of a link are alive: a slot may be matched more than once, and nothing that was said in
//! one life may be sent in the next.

use std::cell::RefCell;
use std::collections::HashMap;

use nws_protocol::link::Slot;

use crate::shard::Life;

/// The lives of all slots of one link.
#[derive(Default)]
pub(super) struct Lives {
    now: RefCell<HashMap<Slot, Life>>,
    last: RefCell<Life>,
}

impl Lives {
    /// A stream begins.
    pub(super) fn begin(&self, slot: Slot) -> Life {
        let mut last = self.last.borrow_mut();
        *last = last.wrapping_add(1);
        self.now.borrow_mut().insert(slot, *last);
        *last
    }

    /// It is over.
    pub(super) fn end(&self, slot: Slot) {
        self.now.borrow_mut().remove(&slot);
    }

    /// Whether what was said in `life` may be sent.
    pub(super) fn is_now(&self, slot: Slot, life: Life) -> bool {
        self.now.borrow().get(&slot) == Some(&life)
    }
}
