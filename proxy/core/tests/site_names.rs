//! How many names web sites may try.

use std::time::{Duration, Instant};

use nws_core::{ChannelKey, Site, SiteNames, SiteNamesConfig};
use nws_sim::{local, network};

const INTERVAL: Duration = Duration::from_secs(2);

struct Budget {
    names: SiteNames,
    now: Instant,
}

impl Budget {
    #[expect(clippy::disallowed_methods, reason = "an origin for virtual time: only differences count")]
    fn new() -> Self {
        let now = Instant::now();
        let names = SiteNames::new(SiteNamesConfig::default(), [1, 2, 3, 4]);
        Self { names, now }
    }

    fn admit(&mut self, site: &str, channel: &ChannelKey) -> bool {
        self.names.admit(&Site::Named(site.to_owned()), channel, self.now)
    }

    /// How many of `count` new names `site` is granted.
    fn granted(&mut self, site: &str, prefix: &str, count: usize) -> usize {
        (0..count).filter(|i| self.admit(site, &network(&format!("{prefix}{i}")))).count()
    }
}

#[test]
fn a_site_has_a_burst_and_then_one_per_interval() {
    let mut budget = Budget::new();
    assert_eq!(budget.granted("a.example", "x", 100), 16);
    budget.now += INTERVAL - Duration::from_millis(1);
    assert_eq!(budget.granted("a.example", "y", 100), 0);
    budget.now += Duration::from_millis(1);
    assert_eq!(budget.granted("a.example", "z", 100), 1);
    budget.now += 3 * INTERVAL + INTERVAL / 2;
    assert_eq!(budget.granted("a.example", "u", 100), 3);
    budget.now += INTERVAL / 2;
    assert_eq!(budget.granted("a.example", "v", 100), 1);
}

#[test]
fn the_burst_comes_back_and_does_not_grow() {
    let mut budget = Budget::new();
    assert_eq!(budget.granted("a.example", "x", 100), 16);
    budget.now += 1_000 * INTERVAL;
    assert_eq!(budget.granted("a.example", "y", 100), 16);
    budget.now += INTERVAL;
    assert_eq!(budget.granted("a.example", "z", 100), 1);
}

#[test]
fn known_names_are_free() {
    let mut budget = Budget::new();
    assert_eq!(budget.granted("a.example", "x", 16), 16);
    for _ in 0..10 {
        assert_eq!(budget.granted("a.example", "x", 16), 16);
    }
    assert_eq!(budget.granted("a.example", "y", 1), 0);
}

#[test]
fn what_one_site_knows_another_pays_for() {
    let mut budget = Budget::new();
    assert_eq!(budget.granted("a.example", "x", 16), 16);
    assert_eq!(budget.granted("b.example", "x", 100), 16);
}

#[test]
fn local_and_network_names_are_charged_each() {
    let mut budget = Budget::new();
    assert_eq!(budget.granted("a.example", "x", 15), 15);
    assert!(budget.admit("a.example", &local("x0")));
    assert!(!budget.admit("a.example", &local("x1")));
}

#[test]
fn a_refused_name_is_not_known() {
    let mut budget = Budget::new();
    assert_eq!(budget.granted("a.example", "x", 100), 16);
    let refused = network("x50");
    for _ in 0..10 {
        assert!(!budget.admit("a.example", &refused));
    }
    budget.now += INTERVAL;
    assert!(budget.admit("a.example", &refused));
    assert!(!budget.admit("a.example", &network("x51")));
}

#[test]
fn all_sites_together_have_a_budget() {
    let mut budget = Budget::new();
    let granted: usize = (0..100).map(|site| budget.granted(&format!("site-{site}.example"), "x", 2)).sum();
    assert_eq!(granted, 64);
    budget.now += INTERVAL;
    assert_eq!(budget.granted("new.example", "x", 16), 0, "others have waited longer");
    assert_eq!(budget.granted("site-32.example", "x", 2), 1);
    assert_eq!(budget.granted("site-0.example", "x", 2), 2);
}

#[test]
fn sites_that_ask_all_the_time_leave_others_their_turn() {
    for greedy in [4_usize, 8, 40] {
        let mut budget = Budget::new();
        let sites: Vec<String> = (0..greedy).map(|site| format!("greedy-{site}.example")).collect();
        let grab = |budget: &mut Budget, round: usize| -> usize {
            sites.iter().map(|site| budget.granted(site, &format!("{round}-"), 20)).sum()
        };
        assert_eq!(grab(&mut budget, 0), 64);
        let mut waited = 0;
        while budget.granted("honest.example", "first", 1) == 0 {
            waited += 1;
            budget.now += INTERVAL;
            grab(&mut budget, waited);
        }
        // Those of the greedy that have been granted nothing yet asked before.
        let others = greedy.saturating_sub(4);
        assert!(waited <= 1 + others, "{greedy}: {waited}");
    }
}

#[test]
fn who_never_comes_back_holds_nobody_up() {
    let mut budget = Budget::new();
    for site in 0..64 {
        assert_eq!(budget.granted(&format!("early-{site}.example"), "x", 1), 1);
    }
    for site in 0..1_000 {
        assert_eq!(budget.granted(&format!("gone-{site}.example"), "x", 1), 0);
    }
    // Each of those who wait holds back one of the names that come back, and for a minute at most.
    for _ in 0..30 {
        assert_eq!(budget.granted("late.example", "x", 1), 0);
        budget.now += INTERVAL;
    }
    assert_eq!(budget.granted("late.example", "x", 1), 1);
}

#[test]
fn who_waits_and_has_no_names_left_of_its_own_holds_nobody_up() {
    let mut budget = Budget::new();
    for site in 0..4 {
        assert_eq!(budget.granted(&format!("greedy-{site}.example"), "x", 100), 16);
    }
    budget.now += INTERVAL;
    assert_eq!(budget.granted("honest.example", "x", 1), 1);
}

#[test]
fn opaque_origins_share_a_small_budget_of_their_own() {
    let mut budget = Budget::new();
    let opaque = |budget: &mut Budget, prefix: &str| {
        let names = (0..100).map(|i| network(&format!("{prefix}{i}")));
        names.filter(|name| budget.names.admit(&Site::Opaque, name, budget.now)).count()
    };
    assert_eq!(opaque(&mut budget, "x"), 4);
    assert_eq!(budget.granted("a.example", "x", 100), 16);
    assert_eq!(opaque(&mut budget, "y"), 0);
    budget.now += INTERVAL;
    assert_eq!(opaque(&mut budget, "z"), 1);
}

#[test]
fn many_sites_cannot_bring_back_the_burst_of_all() {
    let mut budget = Budget::new();
    assert_eq!(budget.granted("a.example", "x", 100), 16);
    let granted: usize =
        (0..10_000).map(|site| budget.granted(&format!("site-{site}.example"), "x", 1)).sum();
    assert_eq!(granted, 48);
    assert_eq!(budget.granted("a.example", "y", 100), 0);
}

#[test]
fn a_name_that_was_forgotten_is_charged_again() {
    let mut budget = Budget::new();
    assert!(budget.admit("a.test", &network("first")));
    for name in 0..65_536 {
        budget.now += INTERVAL;
        assert!(budget.admit("a.test", &network(&name.to_string())));
    }
    assert!(budget.granted("a.test", "other", 20) < 20);
    assert!(!budget.admit("a.test", &network("first")));
}
