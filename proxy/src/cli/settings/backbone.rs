//! Reads what is set about the backbone.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use nws_backbone::{BackboneConfig, BrokerAddress, SiteName};
use nws_proxy::{BackboneLinks, ChannelGlob};

use super::{Settings, Sources, Usage, parsed};

impl Settings {
    /// The backbone, if a broker is given.
    pub(super) fn backbone(&self, sources: &Sources) -> Result<Option<BackboneLinks>, Usage> {
        let brokers = self.brokers(sources)?;
        if brokers.is_empty() {
            return self.without_broker(sources).map_or(Ok(None), Err);
        }
        let Some(key) = &self.backbone_key else {
            return Err(Usage(format!(
                "{} needs --backbone-key FILE, the same secret at all sites: `nws backbone key FILE` makes it",
                sources.name("backbone")
            )));
        };
        let secret = read_private(&sources.name("backbone_key"), key)?;
        let credentials = self.backbone_creds.as_deref();
        let credentials =
            credentials.map(|path| read_private(&sources.name("backbone_creds"), path)).transpose()?;
        let insecure = self.backbone_insecure.unwrap_or(false);
        let config = BackboneConfig { brokers, secret, site: self.site(sources)?, credentials, insecure };
        Ok(Some(BackboneLinks { config, channels: self.channels(sources)? }))
    }

    /// The channels that are looked for.
    fn channels(&self, sources: &Sources) -> Result<Option<ChannelGlob>, Usage> {
        let fault = |error| Usage(format!("{}: {error}", sources.name("backbone_channels")));
        self.backbone_channels.as_deref().map(|glob| glob.parse().map_err(fault)).transpose()
    }

    fn brokers(&self, sources: &Sources) -> Result<Vec<BrokerAddress>, Usage> {
        let name = sources.name("backbone");
        let brokers: Vec<BrokerAddress> = parsed(&name, self.backbone.as_deref())?;
        if sources.is_flag("backbone") && brokers.iter().any(BrokerAddress::has_password) {
            return Err(Usage(format!(
                "{name}: a password is not taken on the command line, where others can see it: use the \
                 variable NWS_BACKBONE, the file of --config, or --backbone-creds FILE"
            )));
        }
        Ok(brokers)
    }

    /// The fault of what is set for a broker that is not given.
    fn without_broker(&self, sources: &Sources) -> Option<Usage> {
        let set = [
            ("backbone_key", self.backbone_key.is_some()),
            ("backbone_creds", self.backbone_creds.is_some()),
            ("backbone_site", self.backbone_site.is_some()),
            ("backbone_channels", self.backbone_channels.is_some()),
            ("backbone_insecure", self.backbone_insecure.is_some()),
        ];
        let (field, _) = set.into_iter().find(|(_, is_set)| *is_set)?;
        Some(Usage(format!("{} needs --backbone URL, the address of a NATS broker", sources.name(field))))
    }

    /// The name of this site, or what the name of this machine gives.
    fn site(&self, sources: &Sources) -> Result<SiteName, Usage> {
        if let Some(site) = &self.backbone_site {
            let name = sources.name("backbone_site");
            return site.parse().map_err(|error| Usage(format!("{name}: {site:?}: {error}")));
        }
        let host = gethostname::gethostname();
        let host = host.to_string_lossy();
        let label = host.split('.').next().unwrap_or_default();
        label.parse().map_err(|error| {
            Usage(format!("--backbone-site is needed, as this machine is called {label:?}: {error}"))
        })
    }
}

/// Reads a file with a secret, which nobody but this user may read.
fn read_private<T: FromStr>(name: &str, path: &Path) -> Result<T, Usage>
where
    T::Err: fmt::Display,
{
    let fault = |what: &dyn fmt::Display| Usage(format!("{name}: {}: {what}", path.display()));
    let metadata = std::fs::metadata(path).map_err(|error| fault(&error))?;
    if !metadata.is_file() {
        return Err(fault(&"it has to be a regular file, which only you can read"));
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&metadata) & 0o077 != 0 {
        let path = path.display();
        return Err(Usage(format!("{name}: others can read {path}: run chmod 600 {path}")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| fault(&error))?;
    text.parse().map_err(|error| fault(&error))
}
