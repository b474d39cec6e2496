//! What is still to be done for the inputs that have come.

use super::Step;

/// Something to be done. It is looked at when its turn comes, as a handler of the page may have
/// changed what follows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Task {
    /// This, whatever has happened.
    Do(Step),
    /// The connection is no more.
    Disconnect,
    /// A peer has come.
    Arrive,
    /// The peer with this serial has been announced.
    Greet(u32),
    /// The peer with this serial leaves.
    Depart(u32),
    /// All peers leave, in the order in which they came.
    DepartAll,
    /// The next attempt comes later.
    Pause,
}

#[derive(Debug)]
enum Entry {
    /// The tasks above are those of one input.
    Input,
    Task(Task),
}

/// The tasks, the next one last. An input may come in the middle of a step, from a handler of the page:
/// its tasks are done within that step, and those below wait.
#[derive(Debug, Default)]
pub(super) struct Agenda(Vec<Entry>);

impl Agenda {
    /// Begins an input.
    pub(super) fn begin(&mut self) {
        self.0.push(Entry::Input);
    }

    /// Puts tasks before those that are left of the input.
    ///
    /// Inlined everywhere, it would be a tenth of what every page loads.
    #[inline(never)]
    pub(super) fn put(&mut self, tasks: &[Task]) {
        self.0.extend(tasks.iter().rev().copied().map(Entry::Task));
    }

    /// Takes the next task of the innermost input, and ends the input when there is none.
    pub(super) fn take(&mut self) -> Option<Task> {
        match self.0.pop()? {
            Entry::Task(task) => Some(task),
            Entry::Input => None,
        }
    }

    /// Ends the innermost input if nothing is left of it, and gives whether it has ended.
    pub(super) fn end(&mut self) -> bool {
        let is_over = matches!(self.0.last(), Some(Entry::Input));
        if is_over {
            self.0.pop();
        }
        is_over
    }
}
