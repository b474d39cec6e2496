//! Owns the tasks of links, and of dials and handshakes: they end with their owner.

use std::cell::RefCell;
use std::future::Future;
use std::rc::{Rc, Weak};

use tokio::task::{AbortHandle, JoinSet};

/// Owns tasks of this thread: dropping it ends them.
#[derive(Default)]
pub(crate) struct Tasks(Rc<RefCell<JoinSet<()>>>);

/// Starts tasks as long as their owner is there.
#[derive(Clone)]
pub(crate) struct Starter(Weak<RefCell<JoinSet<()>>>);

impl Tasks {
    /// What starts them. It may be owned by them.
    pub(crate) fn starter(&self) -> Starter {
        Starter(Rc::downgrade(&self.0))
    }
}

impl Starter {
    /// Starts `task`; without the owner it is dropped.
    pub(crate) fn start(&self, task: impl Future<Output = ()> + 'static) -> Option<AbortHandle> {
        let tasks = self.0.upgrade()?;
        let mut tasks = tasks.borrow_mut();
        // Those that have ended are kept until then.
        while tasks.try_join_next().is_some() {}
        Some(tasks.spawn_local(task))
    }
}
