//! The results of one workload.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::summary::Summary;
use super::workload::Workload;
use crate::load::server::Server;

/// The results of one workload with each server.
pub(super) struct Outcome {
    pub(super) workload: &'static Workload,
    pub(super) servers: Vec<(Server, Summary)>,
}

/// An outcome as it is written to a file.
#[derive(Serialize)]
struct Kept<'a> {
    workload: &'a str,
    what: &'a str,
    servers: BTreeMap<&'static str, &'a Summary>,
}

impl Outcome {
    pub(super) fn of(&self, server: Server) -> Option<&Summary> {
        self.servers.iter().find(|(other, _)| *other == server).map(|(_, summary)| summary)
    }
}

impl Serialize for Outcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let servers = self.servers.iter().map(|(server, summary)| (server.name(), summary));
        let Workload { name, what, .. } = *self.workload;
        Kept { workload: name, what, servers: servers.collect() }.serialize(serializer)
    }
}
