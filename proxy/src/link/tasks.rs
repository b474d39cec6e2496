//! Owns the tasks of links, dials and handshakes: they end with their owner.

use std::cell::RefCell;
use std::future::Future;
use std::rc::{Rc, Weak};

use tokio::task::{AbortHandle, JoinSet};

/// Owns tasks of this thread: dropping it ends them.
#[derive(Default)]
pub(crate) struct Tasks(Rc<RefCell<JoinSet<()>>>);

/// Starts tasks as long as their owner exists.
#[derive(Clone)]
pub(crate) struct Starter(Weak<RefCell<JoinSet<()>>>);

impl Tasks {
    /// A starter of tasks. The tasks may own it.
    pub(crate) fn starter(&self) -> Starter {
        Starter(Rc::downgrade(&self.0))
    }
}

impl Starter {
    /// Starts `task`. If the owner is gone, `task` is dropped.
    pub(crate) fn start(&self, task: impl Future<Output = ()> + 'static) -> Option<AbortHandle> {
        let tasks = self.0.upgrade()?;
        let mut tasks = tasks.borrow_mut();
        // Tasks that have ended are kept until here.
        while tasks.try_join_next().is_some() {}
        Some(tasks.spawn_local(task))
    }
}
