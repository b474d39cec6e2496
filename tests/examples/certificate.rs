//! A certificate for tests that are not written in Rust: writes a private key and a certificate that it signs itself, each
//! as DER in base64 on a line of its own.

#![expect(clippy::print_stdout, reason = "the test reads it")]

use anyhow::Result;
use data_encoding::BASE64;
use rcgen::{CertifiedKey, generate_simple_self_signed};

fn main() -> Result<()> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["public.test".to_owned()])?;
    println!("{}", BASE64.encode(&signing_key.serialize_der()));
    println!("{}", BASE64.encode(cert.der()));
    Ok(())
}
