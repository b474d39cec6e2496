//! Writes a container image for each Linux, as one OCI image layout: the static proxy, its licences,
//! and nothing else.
//!
//! Equal files give equal bytes: JSON has its keys in order, and archives have no date but that of
//! the release.

use std::collections::HashMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use flate2::{Compression, GzBuilder};
use nws_tools::checkout;
use oci_spec::image::{
    ANNOTATION_CREATED, ANNOTATION_DESCRIPTION, ANNOTATION_LICENSES, ANNOTATION_REF_NAME, ANNOTATION_SOURCE,
    ANNOTATION_TITLE, ANNOTATION_VERSION, Arch, ConfigBuilder, Descriptor, DescriptorBuilder,
    ImageConfiguration, ImageConfigurationBuilder, ImageIndexBuilder, ImageManifestBuilder, MediaType,
    OciLayoutBuilder, Os, PlatformBuilder, RootFsBuilder, Sha256Digest,
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::channels::facts::Facts;
use crate::documents;
use crate::release::{self, Release};
use crate::target::Target;

/// Nobody: a user that no image and no system uses for anything else.
const USER: &str = "65532:65532";

/// Writes the layout into `folder`.
pub(super) fn make(release: &Release, facts: &Facts, folder: &Path) -> Result<()> {
    let layout = Layout { folder: folder.to_owned(), labels: labels(release, facts)? };
    fs::create_dir_all(folder.join("blobs/sha256"))?;
    let mut images = Vec::new();
    for target in &release.targets {
        if let Some((processor, variant)) = target.container {
            images.push(layout.image(release, *target, &processor.into(), variant)?);
        }
    }
    let index = ImageIndexBuilder::default()
        .schema_version(2_u32)
        .media_type(MediaType::ImageIndex)
        .manifests(images)
        .annotations(layout.labels.clone())
        .build()?;
    let mut index = layout.add(MediaType::ImageIndex, &json(&index)?)?;
    let name = (ANNOTATION_REF_NAME.to_owned(), release.version.to_owned());
    index.set_annotations(Some(HashMap::from([name])));
    let index = ImageIndexBuilder::default().schema_version(2_u32).manifests([index]).build()?;
    release::write(&folder.join("index.json"), json(&index)?)?;
    let version = OciLayoutBuilder::default().image_layout_version("1.0.0").build()?;
    release::write(&folder.join("oci-layout"), json(&version)?)
}

/// A layout that is being written.
struct Layout {
    folder: PathBuf,
    labels: HashMap<String, String>,
}

impl Layout {
    /// Adds the image of one platform.
    fn image(
        &self,
        release: &Release,
        target: Target,
        processor: &Arch,
        variant: Option<&str>,
    ) -> Result<Descriptor> {
        let layer = layer(release, target)?;
        let config = self.config(processor, variant, &layer)?;
        let mut platform = PlatformBuilder::default().os(Os::Linux).architecture(processor.clone());
        if let Some(variant) = variant {
            platform = platform.variant(variant);
        }
        let gzip = GzBuilder::new().write(Vec::new(), Compression::best());
        let manifest = ImageManifestBuilder::default()
            .schema_version(2_u32)
            .media_type(MediaType::ImageManifest)
            .config(self.add(MediaType::ImageConfig, &json(&config)?)?)
            .layers([self.add(MediaType::ImageLayerGzip, &compressed(gzip, &layer)?)?])
            .annotations(self.labels.clone())
            .build()?;
        let mut manifest = self.add(MediaType::ImageManifest, &json(&manifest)?)?;
        manifest.set_platform(Some(platform.build()?));
        Ok(manifest)
    }

    fn config(&self, processor: &Arch, variant: Option<&str>, layer: &[u8]) -> Result<ImageConfiguration> {
        let run = ConfigBuilder::default()
            .user(USER)
            .entrypoint(["/nws".to_owned()])
            .stop_signal("SIGTERM")
            .labels(self.labels.clone())
            .build()?;
        let layers = RootFsBuilder::default().diff_ids([format!("sha256:{}", sum(layer))]).build()?;
        let mut config = ImageConfigurationBuilder::default()
            .created(self.labels[ANNOTATION_CREATED].clone())
            .os(Os::Linux)
            .architecture(processor.clone())
            .config(run)
            .rootfs(layers);
        if let Some(variant) = variant {
            config = config.variant(variant);
        }
        Ok(config.build()?)
    }

    /// Adds a file under the name of its hash.
    fn add(&self, kind: MediaType, bytes: &[u8]) -> Result<Descriptor> {
        let sum = sum(bytes);
        release::write(&self.folder.join("blobs/sha256").join(&sum), bytes)?;
        let digest: Sha256Digest = sum.parse()?;
        Ok(DescriptorBuilder::default().media_type(kind).size(bytes.len() as u64).digest(digest).build()?)
    }
}

/// What the image tells of itself.
fn labels(release: &Release, facts: &Facts) -> Result<HashMap<String, String>> {
    let created = OffsetDateTime::from_unix_timestamp(i64::try_from(release.epoch)?)?.format(&Rfc3339)?;
    let labels = [
        (ANNOTATION_TITLE, "nws"),
        (ANNOTATION_DESCRIPTION, facts.description),
        (ANNOTATION_VERSION, facts.version),
        (ANNOTATION_SOURCE, facts.repository),
        (ANNOTATION_LICENSES, facts.license),
        (ANNOTATION_CREATED, &created),
    ];
    Ok(labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
}

/// The files of the image.
fn layer(release: &Release, target: Target) -> Result<Vec<u8>> {
    let licences = documents::folder(release)?.join(documents::LICENCES);
    let files = [
        ("nws", release.binary(target), 0o755),
        ("LICENSE", checkout::root().join("LICENSE"), 0o644),
        (documents::LICENCES, licences, 0o644),
    ];
    let mut layer = tar::Builder::new(Vec::new());
    for (name, file, mode) in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(mode);
        header.set_mtime(release.epoch);
        header.set_uid(0);
        header.set_gid(0);
        layer.append_data(&mut header, name, bytes.as_slice())?;
    }
    Ok(layer.into_inner()?)
}

fn compressed(mut gzip: flate2::write::GzEncoder<Vec<u8>>, bytes: &[u8]) -> Result<Vec<u8>> {
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?)
}

fn sum(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// JSON with its keys in order, as maps have none.
fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    Ok(serde_json::to_vec(&serde_json::to_value(value)?)?)
}
