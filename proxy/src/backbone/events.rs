//! Does what follows from what happens on the backbone.

use std::convert::Infallible;
use std::future::pending;
use std::rc::Rc;
use std::sync::Arc;

use nws_backbone::{Backbone, BackboneEvent, Incoming, SiteName};
use tokio::sync::Semaphore;

use crate::link::{SharedContext, accept_site};
use crate::mesh::MeshDriver;
use crate::refusals::Refused;
use crate::trouble::Trouble;

/// Handshakes with sites at one time. They have proved already that they have the secret.
const HANDSHAKES_MAX: usize = 64;

/// Tells the mesh of sites, and makes links of the streams that they begin, for ever.
pub(crate) async fn serve(
    context: &SharedContext,
    mesh: &Rc<MeshDriver>,
    backbone: Option<&mut Backbone>,
) -> Infallible {
    let Some(backbone) = backbone else { return pending().await };
    let (mut log, handshakes) = (Log::default(), Arc::new(Semaphore::new(HANDSHAKES_MAX)));
    loop {
        let event = backbone.next().await;
        log.tell(&event);
        match event {
            BackboneEvent::Seen { site, proxy } => {
                if let Some(sites) = &context.sites {
                    mesh.site_seen(site.clone(), sites.address(&site), proxy);
                }
            }
            BackboneEvent::Gone { site, .. } => mesh.site_gone(site),
            BackboneEvent::Incoming(incoming) => accept(context, mesh, &handshakes, incoming),
            BackboneEvent::Connected
            | BackboneEvent::Lost
            | BackboneEvent::Trouble(_)
            | BackboneEvent::NameTaken { .. }
            | BackboneEvent::Skewed { .. } => {}
        }
    }
}

fn accept(context: &SharedContext, mesh: &Rc<MeshDriver>, handshakes: &Arc<Semaphore>, incoming: Incoming) {
    let (Some(sites), Ok(permit)) = (&context.sites, Arc::clone(handshakes).try_acquire_owned()) else {
        return context.refusals.count(Refused::LinkFull);
    };
    let address = sites.address(&incoming.site);
    let accepting = accept_site(Rc::clone(context), Rc::clone(mesh), address, incoming, permit);
    context.tasks.start(accepting);
}

/// What was logged of the backbone.
#[derive(Debug, Default)]
struct Log {
    broker: Trouble,
    name: Trouble,
    clock: Trouble,
}

impl Log {
    fn tell(&mut self, event: &BackboneEvent) {
        match event {
            BackboneEvent::Connected => {
                self.broker.is_over();
                tracing::info!("the broker of the backbone is connected");
            }
            BackboneEvent::Lost => {
                tracing::warn!("the broker of the backbone is lost, and all links to its sites have ended");
            }
            BackboneEvent::Trouble(reason) => self.tell_trouble(reason),
            BackboneEvent::NameTaken { proxy } => self.tell_name(proxy.as_str()),
            BackboneEvent::Skewed { site, by } => self.tell_clock(site, by.as_secs()),
            BackboneEvent::Seen { .. } | BackboneEvent::Gone { .. } | BackboneEvent::Incoming(_) => {}
        }
    }

    fn tell_trouble(&mut self, reason: &str) {
        if self.broker.is_news(reason) {
            tracing::warn!("the backbone has trouble with its broker: {reason}{}", remedy(reason));
        }
    }

    fn tell_name(&mut self, proxy: &str) {
        if self.name.is_news(proxy) {
            tracing::warn!(
                %proxy,
                "another proxy on the backbone has the name of this site: give each its own with --backbone-site"
            );
        }
    }

    fn tell_clock(&mut self, site: &SiteName, seconds: u64) {
        if self.clock.is_news(&format!("{site} {}", seconds / 60)) {
            tracing::warn!(%site, seconds, "the clock of a site differs from the one here; links work, but timestamps in logs do not agree");
        }
    }
}

/// What can be done about a trouble, as NATS and its client name it.
fn remedy(reason: &str) -> &'static str {
    let reason = reason.to_lowercase();
    let is = |word: &str| reason.contains(word);
    if is("permissions violation") {
        "; `nws backbone permissions SITE` prints what the broker has to allow"
    } else if is("authorization") || is("authentication") {
        "; give the credentials that the broker expects with --backbone-creds"
    } else if is("tls") {
        "; the broker must have TLS with a certificate that this machine trusts, or be on this machine"
    } else if is("max_payload") || is("payload") {
        "; the broker must take messages of 1 KiB at least: see max_payload in its configuration"
    } else {
        ""
    }
}
