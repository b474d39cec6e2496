//! Does what follows from what happens on the backbone.

use std::convert::Infallible;
use std::future::pending;
use std::rc::Rc;
use std::sync::Arc;

use nws_backbone::{Backbone, BackboneEvent, Incoming};
use tokio::sync::Semaphore;

use super::log::Log;
use crate::link::{SharedContext, accept_site};
use crate::mesh::MeshDriver;
use crate::refusals::Refused;

/// Handshakes with sites at one time. They have proved already that they have the secret.
const HANDSHAKES_MAX: usize = 64;

/// Tells the mesh of sites, and makes links of the streams that they begin, for ever.
pub(crate) async fn serve(
    context: &SharedContext,
    mesh: &Rc<MeshDriver>,
    backbone: Option<&mut Backbone>,
) -> Infallible {
    let Some(backbone) = backbone else { return pending().await };
    let (mut log, handshakes) = (Log::new(backbone.brokers()), Arc::new(Semaphore::new(HANDSHAKES_MAX)));
    loop {
        let event = backbone.next().await;
        log.tell(&event);
        match event {
            BackboneEvent::Seen { site, proxy } => {
                if let Some(sites) = &context.sites {
                    mesh.site_seen(site.clone(), sites.seen(&site, &proxy), proxy);
                }
            }
            BackboneEvent::Gone { site, .. } => {
                if let Some(sites) = &context.sites {
                    sites.gone(&site);
                }
                mesh.site_gone(site);
            }
            BackboneEvent::Incoming(incoming) => accept(context, mesh, &handshakes, incoming),
            BackboneEvent::Connected
            | BackboneEvent::Lost
            | BackboneEvent::Trouble(_)
            | BackboneEvent::SmallPayload(_)
            | BackboneEvent::NameShared { .. }
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
    if !mesh.admit(address, true) {
        return context.refusals.count(Refused::LinkFull);
    }
    let accepting = accept_site(Rc::clone(context), Rc::clone(mesh), address, incoming, permit);
    context.tasks.start(accepting);
}
