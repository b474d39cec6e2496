//! Channel names are rationed to web sites, so that a page cannot guess them.

use anyhow::Result;
use nws_tests::{Client, Peer, Proxy, Request, Setup, within};
use serde_json::json;

/// One name a site more in an hour: as good as never.
fn rationed(site: u32, all: u32) -> Setup {
    let setup = Setup::new().limit("name-interval", 3600);
    setup.limit("site-name-burst", site).limit("all-sites-name-burst", all)
}

async fn page(proxy: &Proxy, origin: &str, path: &str) -> Result<Client> {
    Client::open(proxy, &Request::new("GET", path).header("Origin", origin)).await
}

async fn expect_served(proxy: &Proxy, origin: &str, path: &str) -> Result<()> {
    expect_answered(page(proxy, origin, path).await?).await
}

/// Waits for the own status; those who have not left yet may be announced before.
async fn expect_answered(mut client: Client) -> Result<()> {
    client.send_json(json!({"action": "status"})).await?;
    while client.json().await?["action"] != "status" {}
    Ok(())
}

async fn expect_refused(proxy: &Proxy, origin: &str, path: &str) -> Result<()> {
    assert_eq!(page(proxy, origin, path).await?.closed().await?, 4429, "{origin} {path}");
    Ok(())
}

#[tokio::test]
async fn a_site_gets_its_burst_of_names_and_keeps_those() -> Result<()> {
    let proxy = rationed(2, 100).start().await?;
    let site = "https://site.example";
    expect_served(&proxy, site, "/one").await?;
    expect_served(&proxy, site, "/two").await?;
    expect_refused(&proxy, site, "/three").await?;
    expect_served(&proxy, site, "/one").await?;
    expect_served(&proxy, site, "/two").await?;
    Ok(())
}

#[tokio::test]
async fn the_default_burst_is_16() -> Result<()> {
    let proxy = Setup::new().limit("name-interval", 3600).start().await?;
    for number in 0..16 {
        expect_served(&proxy, "https://site.example", &format!("/{number}")).await?;
    }
    expect_refused(&proxy, "https://site.example", "/one-more").await
}

#[tokio::test]
async fn a_site_is_its_registrable_domain() -> Result<()> {
    let proxy = rationed(1, 100).start().await?;
    expect_served(&proxy, "https://a.site.co.uk", "/one").await?;
    for origin in ["https://b.site.co.uk", "http://site.co.uk:8080", "https://x.y.site.co.uk"] {
        expect_served(&proxy, origin, "/one").await?;
        expect_refused(&proxy, origin, "/two").await?;
    }
    expect_served(&proxy, "https://other.co.uk", "/two").await?;
    Ok(())
}

#[tokio::test]
async fn a_channel_that_exists_costs_and_tells_the_same() -> Result<()> {
    let proxy = rationed(1, 100).start().await?;
    let mut member = Peer::alone(&proxy, "/secret").await?;
    expect_served(&proxy, "https://site.example", "/one").await?;
    expect_refused(&proxy, "https://site.example", "/secret").await?;
    expect_refused(&proxy, "https://site.example", "/network/secret").await?;
    expect_refused(&proxy, "https://site.example", "/network/secret/7").await?;
    member.id().await?;
    Ok(())
}

#[tokio::test]
async fn all_sites_together_have_a_burst() -> Result<()> {
    let proxy = rationed(100, 2).start().await?;
    expect_served(&proxy, "https://one.example", "/one").await?;
    expect_served(&proxy, "https://two.example", "/two").await?;
    expect_refused(&proxy, "https://three.example", "/three").await?;
    expect_served(&proxy, "https://one.example", "/one").await?;
    Ok(())
}

#[tokio::test]
async fn names_come_back_with_time() -> Result<()> {
    let setup = Setup::new().limit("site-name-burst", 1).limit("name-interval", 0.05);
    let proxy = setup.start().await?;
    expect_served(&proxy, "https://site.example", "/0").await?;
    within("one more name", another_name(&proxy)).await?
}

/// Asks for new names until one is granted.
async fn another_name(proxy: &Proxy) -> Result<()> {
    for number in 1.. {
        let mut client = page(proxy, "https://site.example", &format!("/{number}")).await?;
        // A refused one is closed; a granted one says who it is.
        if client.id().await.is_ok() {
            break;
        }
    }
    Ok(())
}

#[tokio::test]
async fn programs_and_loopback_pages_are_exempt() -> Result<()> {
    let proxy = rationed(1, 1).start().await?;
    for number in 0..4 {
        let path = format!("/{number}");
        for origin in
            ["http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080", "https://app.localhost"]
        {
            expect_served(&proxy, origin, &path).await?;
        }
        expect_answered(Client::join(&proxy, &path).await?).await?;
    }
    expect_served(&proxy, "https://site.example", "/its-first").await
}

#[tokio::test]
async fn pages_without_a_site_share_one_ration() -> Result<()> {
    let proxy = rationed(1, 100).start().await?;
    expect_served(&proxy, "null", "/one").await?;
    expect_refused(&proxy, "null", "/two").await
}

#[tokio::test]
async fn a_site_gets_hardly_more_by_frames_without_an_origin() -> Result<()> {
    let proxy = Setup::new().limit("name-interval", 3600).start().await?;
    for number in 0..16 {
        expect_served(&proxy, "https://site.example", &format!("/page-{number}")).await?;
    }
    for number in 0..4 {
        expect_served(&proxy, "null", &format!("/frame-{number}")).await?;
    }
    expect_refused(&proxy, "null", "/frame-4").await?;
    expect_refused(&proxy, "https://site.example", "/page-16").await
}

#[tokio::test]
async fn a_site_that_waits_gets_its_turn_beside_four_that_ask_all_the_time() -> Result<()> {
    let proxy = Setup::new().limit("name-interval", 0.2).start().await?;
    let honest = "https://honest.example";
    let greedy = ["https://a.example", "https://b.example", "https://c.example", "https://d.example"];
    for (site, number) in greedy.iter().flat_map(|site| (0..16).map(move |number| (site, number))) {
        expect_served(&proxy, site, &format!("/{number}")).await?;
    }
    let turn = async {
        for round in 16.. {
            for site in greedy {
                let _ = page(&proxy, site, &format!("/{round}")).await?.id().await;
            }
            if page(&proxy, honest, "/first").await?.id().await.is_ok() {
                return anyhow::Ok(());
            }
        }
        Ok(())
    };
    within("a turn", turn).await?
}
