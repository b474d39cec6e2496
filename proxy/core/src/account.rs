//! What remotes make a proxy keep, in one account: members behind links, messages that are not
//! complete, what waits to be heard, slots.
//!
//! When it is more than there may be, the largest link of the address that has most is *overdrawn*
//! and has to close: a link that has little must not be lost to one that takes much. What belongs to
//! an overdrawn link counts no more, so no other link closes for it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The account of one proxy.
///
/// It is locked, because links belong to several threads: a thread that adds for its link may
/// overdraw that of another. It adds when members come and go, and not for each message.
pub struct Account {
    max: usize,
    book: Mutex<Book>,
}

/// What one link has of it. The link is forgotten when this is dropped, and every [`Kept`] of it.
#[derive(Clone)]
pub struct Share(Arc<Owner>);

/// Something that is kept because of a link, and no more when this is dropped.
#[derive(Debug)]
pub struct Kept {
    share: Share,
    bytes: usize,
}

/// Too much is kept because of the link, which has to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdrawn;

struct Owner {
    account: Arc<Account>,
    number: u64,
}

#[derive(Default)]
struct Book {
    /// Of all links but those that are overdrawn.
    total: usize,
    next: u64,
    links: BTreeMap<u64, Link>,
}

struct Link {
    source: IpAddr,
    bytes: usize,
    is_overdrawn: bool,
    on_overdrawn: Box<dyn Fn() + Send + Sync>,
}

impl Account {
    /// For at most `max` bytes.
    #[must_use]
    pub fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { max, book: Mutex::default() })
    }

    /// The share of a link to `source`.
    ///
    /// `on_overdrawn` is called once, when the link is overdrawn, on the thread of the link that added.
    /// The account is locked meanwhile: it must only pass the news on. It must not touch the account,
    /// nor drop a [`Kept`] or a [`Share`], or the thread waits for itself for ever.
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

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Nothing yet.
    #[must_use]
    pub fn kept(&self) -> Kept {
        Kept { share: self.clone(), bytes: 0 }
    }

    /// Whether the link has to close.
    #[must_use]
    pub fn is_overdrawn(&self) -> bool {
        self.0.account.book().links.get(&self.0.number).is_some_and(|link| link.is_overdrawn)
    }
}

impl Kept {
    /// Hands over what is kept. Here nothing is from now on.
    #[must_use]
    pub fn hand_over(&mut self) -> Self {
        Self { share: self.share.clone(), bytes: std::mem::take(&mut self.bytes) }
    }

    /// So much is kept from now on.
    ///
    /// # Errors
    ///
    /// That the link has to close. What is kept counts as its own nevertheless.
    pub fn set(&mut self, bytes: usize) -> Result<(), Overdrawn> {
        let before = std::mem::replace(&mut self.bytes, bytes);
        let Owner { account, number } = &*self.share.0;
        account.book().change(*number, before, bytes, account.max)
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if self.bytes > 0 {
            // Giving back overdraws nothing.
            let _ = self.set(0);
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.account.book().links.remove(&self.number);
    }
}

impl Book {
    fn change(&mut self, number: u64, before: usize, after: usize, max: usize) -> Result<(), Overdrawn> {
        let link = self.links.get_mut(&number).ok_or(Overdrawn)?;
        link.bytes = link.bytes - before + after;
        if !link.is_overdrawn {
            self.total = self.total - before + after;
        }
        while self.total > max
            && let Some(largest) = self.largest()
        {
            self.overdraw(largest);
        }
        match self.links.get(&number).is_some_and(|link| link.is_overdrawn) {
            true => Err(Overdrawn),
            false => Ok(()),
        }
    }

    fn largest(&self) -> Option<u64> {
        let mut of_source: BTreeMap<IpAddr, usize> = BTreeMap::new();
        let staying = || self.links.iter().filter(|(_, link)| !link.is_overdrawn);
        staying().for_each(|(_, link)| *of_source.entry(link.source).or_default() += link.bytes);
        let most = staying().max_by_key(|(_, link)| (of_source[&link.source], link.source, link.bytes));
        most.map(|(&number, _)| number)
    }

    fn overdraw(&mut self, number: u64) {
        if let Some(link) = self.links.get_mut(&number) {
            link.is_overdrawn = true;
            self.total -= link.bytes;
            (link.on_overdrawn)();
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("max", &self.max).finish_non_exhaustive()
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
    use std::sync::atomic::{AtomicUsize, Ordering};

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
        // It counts no more, whatever it does.
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
            // A sum of 60 is passed by the eleventh, which is the largest then.
            assert_eq!(one.kept.set(bytes), if bytes <= 10 { Ok(()) } else { Err(Overdrawn) });
        }
        assert!(!is_gone(&honest) && many[..10].iter().all(|one| !is_gone(one)));
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
