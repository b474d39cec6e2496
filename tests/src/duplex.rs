//! A connection of any kind.

use tokio::io::{AsyncRead, AsyncWrite};

/// What is read and written.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}
