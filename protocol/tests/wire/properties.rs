//! What must hold for any bytes at all; the fuzz targets call the same functions.

pub(crate) mod binary;
pub(crate) mod link;
pub(crate) mod oracle;
pub(crate) mod request;
pub(crate) mod transcript;
