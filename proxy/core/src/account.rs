//! Counts, in one account, what remotes make a proxy keep: members behind links, messages that are
//! not complete, bytes that wait to be processed, slots.
//!
//! When the sum exceeds the limit, one link is *overdrawn* and has to close. It is the largest link
//! of the source address whose links keep most together: a link that keeps little must not be lost
//! to one that takes much. What belongs to an overdrawn link does not count any more, so no other
//! link closes for it.
//!
//! It still takes memory until the link has closed and all members behind it have left. Together
//! with what other links keep, that may be too much. No further link closes for it. Instead, links
//! are not read until there is room again. Links that keep little are the last ones to wait.

mod book;

use std::fmt;
use std::future::poll_fn;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use book::{Book, Link};
use nws_protocol::limits::{
    KEPT_LITTLE, REMOTES_KEPT_MAX, REMOTES_MEMORY_LAST, REMOTES_MEMORY_MAX, SITES_KEPT_MAX,
};

/// The account of one proxy.
///
/// It is behind a lock, because links belong to several threads: a thread that adds for its link
/// may overdraw a link of another thread. A link adds when members come and go, and not for each
/// message.
pub struct Account {
    limits: AccountLimits,
    book: Mutex<Book>,
    /// Bytes that are kept because of any link. Written only under the lock of the book.
    memory: AtomicUsize,
}

/// The limits of an account, in bytes. The defaults are those of a proxy.
#[derive(Clone, Copy, Debug)]
pub struct AccountLimits {
    /// Kept because of links that are not overdrawn. Beyond it one of them becomes overdrawn.
    pub kept: usize,
    /// Kept because of all links. Beyond it only links that keep no more than `little` are read.
    pub memory: usize,
    /// Kept because of all links. Beyond it no link is read.
    pub last: usize,
    /// Kept because of one link. A link with no more than this is read up to the limit `last`.
    pub little: usize,
}

/// The share of one link in the account. The account forgets the link when this and every [`Kept`]
/// of it are dropped.
#[derive(Clone)]
pub struct Share(Arc<Owner>);

/// Something that is kept because of a link. It stops counting when this is dropped.
#[derive(Debug)]
pub struct Kept {
    share: Share,
    bytes: usize,
}

/// Too much is kept because of the link. It has to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdrawn;

struct Owner {
    account: Arc<Account>,
    number: u64,
}

impl Account {
    /// An account with these limits.
    #[must_use]
    pub fn with(limits: AccountLimits) -> Arc<Self> {
        Arc::new(Self { limits, book: Mutex::default(), memory: AtomicUsize::new(0) })
    }

    /// An account for at most `max` bytes. No link waits for links that are overdrawn.
    #[must_use]
    pub fn new(max: usize) -> Arc<Self> {
        Self::with(AccountLimits { kept: max, memory: usize::MAX, last: usize::MAX, little: 0 })
    }

    /// Opens the share of a link to `source`.
    ///
    /// `on_overdrawn` is called once, when the link is overdrawn, on the thread of the link that
    /// added. The account is locked meanwhile, so the function must only pass the news on. It must
    /// not touch the account, nor drop a [`Kept`] or a [`Share`]: that would be a deadlock.
    pub fn share(self: &Arc<Self>, source: IpAddr, on_overdrawn: impl Fn() + Send + Sync + 'static) -> Share {
        let mut book = self.book();
        let number = book.next;
        book.next += 1;
        let on_overdrawn = Box::new(on_overdrawn);
        let link = Link { source, bytes: 0, is_overdrawn: false, on_overdrawn };
        book.links.insert(number, link);
        Share(Arc::new(Owner { account: Arc::clone(self), number }))
    }

    /// Bytes that are kept because of all links but those that are overdrawn.
    #[must_use]
    pub fn total(&self) -> usize {
        self.book().total
    }

    /// Bytes that are kept because of any link.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.memory.load(Ordering::Relaxed)
    }

    fn change(&self, number: u64, before: usize, after: usize) -> Result<(), Overdrawn> {
        let mut book = self.book();
        let outcome = book.change(number, before, after, self.limits.kept);
        let memory = self.memory();
        let changed = memory - before + after;
        self.memory.store(changed, Ordering::Relaxed);
        let AccountLimits { memory: most, last, .. } = self.limits;
        if [most, last].iter().any(|max| (changed..memory).contains(max)) {
            std::mem::take(&mut book.waiting).into_values().flatten().for_each(Waker::wake);
        }
        outcome
    }

    fn is_tight(&self) -> bool {
        self.memory() > self.limits.memory
    }

    fn has_to_wait(&self, book: &Book, number: u64) -> bool {
        let AccountLimits { memory, last, little, .. } = self.limits;
        let most = |link: &Link| if link.bytes > little { memory } else { last };
        book.links.get(&number).is_some_and(|link| !link.is_overdrawn && self.memory() > most(link))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for AccountLimits {
    fn default() -> Self {
        Self {
            kept: REMOTES_KEPT_MAX,
            memory: REMOTES_MEMORY_MAX,
            last: REMOTES_MEMORY_LAST,
            little: KEPT_LITTLE,
        }
    }
}

impl AccountLimits {
    /// The limits of the account of sites of a backbone, which is another one than that of proxies on
    /// the network.
    #[must_use]
    pub fn sites() -> Self {
        let beyond = |most: usize| SITES_KEPT_MAX + (most - REMOTES_KEPT_MAX);
        Self {
            kept: SITES_KEPT_MAX,
            memory: beyond(REMOTES_MEMORY_MAX),
            last: beyond(REMOTES_MEMORY_LAST),
            little: KEPT_LITTLE,
        }
    }
}

impl Share {
    /// A [`Kept`] of 0 bytes.
    #[must_use]
    pub fn kept(&self) -> Kept {
        Kept { share: self.clone(), bytes: 0 }
    }

    /// Gives whether the link is overdrawn.
    #[must_use]
    pub fn is_overdrawn(&self) -> bool {
        self.0.account.book().links.get(&self.0.number).is_some_and(|link| link.is_overdrawn)
    }

    /// Waits until the link may be read. An overdrawn link need not wait.
    pub async fn room(&self) {
        poll_fn(|context| self.poll_room(context)).await;
    }

    /// Gives whether the link has to wait until it is read.
    #[must_use]
    pub fn waits(&self) -> bool {
        let Owner { account, number } = &*self.0;
        // Nearly always the first test fails, and the book need not be locked.
        account.is_tight() && account.has_to_wait(&account.book(), *number)
    }

    /// Ready when the link may be read.
    pub fn poll_room(&self, context: &Context<'_>) -> Poll<()> {
        let Owner { account, number } = &*self.0;
        if !account.is_tight() {
            return Poll::Ready(());
        }
        let mut book = account.book();
        if !account.has_to_wait(&book, *number) {
            return Poll::Ready(());
        }
        let wakers = book.waiting.entry(*number).or_default();
        if !wakers.iter().any(|waker| waker.will_wake(context.waker())) {
            wakers.push(context.waker().clone());
        }
        Poll::Pending
    }
}

impl Kept {
    /// Moves what is kept into the value that it gives. This one keeps nothing from now on.
    #[must_use]
    pub fn take(&mut self) -> Self {
        Self { share: self.share.clone(), bytes: std::mem::take(&mut self.bytes) }
    }

    /// Sets how many bytes are kept.
    ///
    /// # Errors
    ///
    /// Fails when the link has to close. The bytes count nevertheless.
    pub fn set(&mut self, bytes: usize) -> Result<(), Overdrawn> {
        let before = std::mem::replace(&mut self.bytes, bytes);
        let Owner { account, number } = &*self.share.0;
        account.change(*number, before, bytes)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if self.bytes > 0 {
            // Fewer bytes overdraw nothing.
            let _ = self.set(0);
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let mut book = self.account.book();
        book.links.remove(&self.number);
        book.waiting.remove(&self.number);
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Share").field("number", &self.0.number).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::task::Wake;

    use super::*;

    const MAX: usize = 100;

    /// A link to 10.0.0.`source`, how often it was told to close, and what is kept because of it.
    struct Scene {
        share: Share,
        rung: Arc<AtomicUsize>,
        kept: Kept,
    }

    fn link(account: &Arc<Account>, source: u8) -> Scene {
        let rung = Arc::<AtomicUsize>::default();
        let ring = Arc::clone(&rung);
        let share = account.share(Ipv4Addr::new(10, 0, 0, source).into(), move || {
            ring.fetch_add(1, Ordering::Relaxed);
        });
        let kept = share.kept();
        Scene { share, rung, kept }
    }

    fn is_gone(scene: &Scene) -> bool {
        assert_eq!(scene.share.is_overdrawn(), scene.rung.load(Ordering::Relaxed) == 1);
        scene.share.is_overdrawn()
    }

    #[test]
    fn the_link_that_has_most_goes_whoever_adds() {
        let account = Account::new(MAX);
        let [mut small, mut large] = [1, 2].map(|source| link(&account, source));
        assert_eq!((small.kept.set(10), large.kept.set(90)), (Ok(()), Ok(())));
        assert_eq!(small.kept.set(11), Ok(()));
        assert!(is_gone(&large) && !is_gone(&small));
        assert_eq!(account.total(), 11);
        // It does not count any more, whatever it does.
        assert_eq!((large.kept.set(95), large.kept.set(5)), (Err(Overdrawn), Err(Overdrawn)));
        assert_eq!((account.total(), small.kept.set(100)), (11, Ok(())));
        assert_eq!(small.kept.set(101), Err(Overdrawn));
        assert_eq!(account.total(), 0);
    }

    #[test]
    fn of_the_address_that_has_most_it_is_the_largest() {
        let account = Account::new(MAX);
        let mut honest = link(&account, 1);
        let mut many: Vec<Scene> = (0..20).map(|_| link(&account, 2)).collect();
        assert_eq!(honest.kept.set(40), Ok(()));
        for (bytes, one) in (1..).zip(&mut many) {
            // The eleventh exceeds the sum of 60, and is the largest then.
            assert_eq!(one.kept.set(bytes), if bytes <= 10 { Ok(()) } else { Err(Overdrawn) });
        }
        assert!(!is_gone(&honest) && many[..10].iter().all(|one| !is_gone(one)));
    }

    /// An account that may keep `MAX` bytes, and 20 more while links close. The last 10 of them are
    /// for links with no more than 5.
    fn strict() -> Arc<Account> {
        Account::with(AccountLimits { kept: MAX, memory: MAX + 10, last: MAX + 20, little: 5 })
    }

    fn is_heard(scene: &Scene) -> bool {
        scene.share.poll_room(&Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn what_goes_counts_until_it_has_gone_and_nobody_else_goes_for_it() {
        let account = strict();
        let [mut honest, mut little, mut first, mut second] = [1, 2, 3, 4].map(|n| link(&account, n));
        assert_eq!((honest.kept.set(6), little.kept.set(5), first.kept.set(89)), (Ok(()), Ok(()), Ok(())));
        assert_eq!(second.kept.set(1), Ok(()));
        assert!(is_gone(&first) && is_heard(&first));
        assert_eq!((account.total(), account.memory()), (12, 101));
        assert_eq!(second.kept.set(10), Ok(()));
        assert!(is_heard(&second) && is_heard(&honest), "110 are not too many");
        assert_eq!(second.kept.set(11), Ok(()));
        assert!(!is_heard(&second) && !is_heard(&honest) && is_heard(&little));
        assert_eq!(second.kept.set(21), Ok(()));
        assert!(!is_heard(&little));
        assert!(!is_gone(&honest) && !is_gone(&little) && !is_gone(&second));
        drop(first.kept);
        assert!(is_heard(&second) && is_heard(&honest) && is_heard(&little));
        assert_eq!(account.memory(), account.total());
    }

    struct Bell(AtomicUsize);

    impl Wake for Bell {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn whoever_waits_is_woken_when_there_is_room_and_when_it_is_overdrawn() {
        let account = strict();
        let [mut honest, mut first, mut second] = [1, 2, 3].map(|source| link(&account, source));
        assert_eq!((honest.kept.set(40), first.kept.set(60)), (Ok(()), Ok(())));
        assert_eq!((second.kept.set(30), is_gone(&first)), (Ok(()), true));
        let bells = [&honest, &second].map(|scene| {
            let bell = Arc::new(Bell(AtomicUsize::new(0)));
            let waker = Waker::from(Arc::clone(&bell));
            // However often it asks, it is woken once.
            (0..3).for_each(|_| assert!(scene.share.poll_room(&Context::from_waker(&waker)).is_pending()));
            bell
        });
        let rung = || bells.each_ref().map(|bell| bell.0.load(Ordering::Relaxed));
        assert_eq!((second.kept.set(61), rung()), (Err(Overdrawn), [0, 1]));
        assert_eq!((first.kept.set(20), rung()), (Err(Overdrawn), [0, 1]));
        drop(first.kept);
        assert_eq!((rung(), account.memory()), ([1, 1], 101));
        assert!(is_heard(&honest) && account.book().waiting.is_empty());
    }

    #[test]
    fn what_is_dropped_is_given_back_and_the_link_forgotten() {
        let account = Account::new(MAX);
        let Scene { share, mut kept, .. } = link(&account, 1);
        let mut other = share.kept();
        assert_eq!((kept.set(60), other.set(30)), (Ok(()), Ok(())));
        drop(share);
        drop(kept);
        assert_eq!((account.total(), account.book().links.len()), (30, 1));
        assert_eq!(other.set(MAX), Ok(()));
        assert_eq!(other.set(MAX + 1), Err(Overdrawn));
        drop(other);
        assert_eq!((account.total(), account.book().links.len()), (0, 0));
    }
}
