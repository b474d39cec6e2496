use std::time::Duration;

use super::*;

const TIME: u64 = 1_800_000_000_000;

fn proxy(number: u8) -> ProxyId {
    ProxyId::from_digest(&[number; 32])
}

fn hello(number: u8, incarnation: u64, count: u64) -> Hello {
    Hello { site: "there".parse().unwrap(), proxy: proxy(number), incarnation, count, time: TIME }
}

fn hear(sites: &mut Sites, hello: &Hello) -> Heard {
    sites.hear(hello, TIME, Instant::now())
}

fn news(heard: Heard) -> News {
    let Heard::Site(news) = heard else { panic!("{heard:?}") };
    news
}

#[tokio::test(start_paused = true)]
async fn an_incarnation_is_new_once_and_none_comes_back() {
    let mut sites = Sites::default();
    let mut hear = |incarnation, count| match hear(&mut sites, &hello(1, incarnation, count)) {
        Heard::Site(news) => Some(news.is_new),
        Heard::Nothing => None,
        heard @ (Heard::Newcomer | Heard::Shared { .. }) => panic!("{heard:?}"),
    };
    assert_eq!(hear(7, 1), Some(true));
    assert_eq!(hear(7, 2), Some(false));
    assert_eq!(hear(5, 3), Some(true));
    assert_eq!([hear(7, 2), hear(5, 3)], [None; 2]);
    assert_eq!(hear(5, 4), Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_hello_from_before_an_end_brings_nobody_back() {
    let mut sites = Sites::default();
    hear(&mut sites, &hello(1, 7, 1));
    hear(&mut sites, &hello(1, 7, 2));
    assert_eq!(sites.take_all().len(), 1);
    assert_eq!(hear(&mut sites, &hello(1, 7, 2)), Heard::Nothing);
    hear(&mut sites, &hello(1, 7, 3));
    tokio::time::advance(SITE_SILENCE_MAX).await;
    assert_eq!(sites.take_silent(Instant::now()).len(), 1);
    assert_eq!(hear(&mut sites, &hello(1, 7, 3)), Heard::Nothing);
    assert!(news(hear(&mut sites, &hello(1, 7, 4))).is_new);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_differs_is_told_once_and_again_when_it_changes() {
    let mut sites = Sites::default();
    let mut count = 0;
    let mut skew = |ahead: u64| {
        count += 1;
        news(sites.hear(&hello(1, 1, count), TIME - ahead, Instant::now())).skew
    };
    let wrong = SKEW_MAX + 1;
    assert_eq!([skew(wrong), skew(wrong)], [Some(wrong), None]);
    assert_eq!([skew(0), skew(SKEW_MAX)], [None; 2]);
    assert_eq!(skew(wrong), Some(wrong));
}

#[tokio::test(start_paused = true)]
async fn who_is_silent_is_gone() {
    let mut sites = Sites::default();
    hear(&mut sites, &hello(1, 1, 1));
    tokio::time::advance(SITE_SILENCE_MAX / 2).await;
    hear(&mut sites, &hello(1, 1, 2));
    tokio::time::advance(SITE_SILENCE_MAX / 2).await;
    assert!(sites.take_silent(Instant::now()).is_empty());
    tokio::time::advance(SITE_SILENCE_MAX / 2).await;
    assert_eq!(sites.take_silent(Instant::now()).len(), 1);
    assert!(sites.take_silent(Instant::now()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn one_that_begins_a_stream_is_there_and_one_that_was_silent_is_back() {
    let mut sites = Sites::default();
    hear(&mut sites, &hello(1, 1, 1));
    tokio::time::advance(SITE_SILENCE_MAX).await;
    sites.touch(&"there".parse().unwrap(), Instant::now());
    assert!(sites.take_silent(Instant::now()).is_empty());
    tokio::time::advance(HELLO_GAP).await;
    assert!(news(hear(&mut sites, &hello(1, 1, 2))).is_back);
    tokio::time::advance(HELLO_GAP - Duration::from_millis(1)).await;
    assert!(!news(hear(&mut sites, &hello(1, 1, 3))).is_back);
}

#[tokio::test(start_paused = true)]
async fn of_two_proxies_with_one_name_the_first_one_counts_as_long_as_it_speaks() {
    let mut sites = Sites::default();
    hear(&mut sites, &hello(1, 1, 1));
    assert_eq!(hear(&mut sites, &hello(2, 2, 1)), Heard::Newcomer);
    assert_eq!(news(hear(&mut sites, &hello(1, 1, 2))).rival, Some(proxy(2)));
    tokio::time::advance(SITE_CONTEST).await;
    assert!(sites.decide(Instant::now()).is_empty());
    let shared = Heard::Shared { kept: proxy(1), other: proxy(2) };
    assert_eq!(hear(&mut sites, &hello(2, 2, 2)), shared);
    assert_eq!(news(hear(&mut sites, &hello(1, 1, 3))), News::default());
    assert_eq!(sites.incarnation(&"there".parse().unwrap()), Some(1));
}

#[tokio::test(start_paused = true)]
async fn a_newcomer_has_the_place_of_one_that_is_silent_and_keeps_it() {
    let mut sites = Sites::default();
    hear(&mut sites, &hello(1, 1, 1));
    hear(&mut sites, &hello(2, 9, 1));
    assert_eq!(hear(&mut sites, &hello(2, 2, 2)), Heard::Nothing);
    let due = sites.next_decision().unwrap();
    assert!(sites.decide(due - Duration::from_millis(1)).is_empty());
    assert_eq!(sites.next_decision(), Some(due));
    assert_eq!(sites.decide(due), [("there".parse().unwrap(), proxy(2))]);
    assert_eq!(sites.next_decision(), None);
    assert_eq!(sites.incarnation(&"there".parse().unwrap()), Some(2));
    assert_eq!(hear(&mut sites, &hello(1, 1, 2)), Heard::Shared { kept: proxy(2), other: proxy(1) });
}

#[tokio::test(start_paused = true)]
async fn sites_and_what_is_remembered_of_them_are_bounded() {
    let mut sites = Sites::default();
    for number in 0..2 * PROXIES_MAX as u32 {
        let mut digest = [0; 32];
        digest[..4].copy_from_slice(&number.to_be_bytes());
        let site = format!("s{number}").parse().unwrap();
        let proxy = ProxyId::from_digest(&digest);
        hear(&mut sites, &Hello { site, proxy, incarnation: 1, count: 1, time: TIME });
    }
    assert_eq!(sites.take_all().len(), SITES_MAX);
}
