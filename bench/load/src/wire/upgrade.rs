//! The request that opens a WebSocket, and the response to it.

use memchr::memmem;

use super::arrival::Broken;

/// The example of RFC 6455, section 1.3: what a server answers to this key is known without
/// computing it.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

pub(super) fn write(host: &str, channel: &str, out: &mut Vec<u8>) {
    let request = [
        &format!("GET /{channel} HTTP/1.1"),
        &format!("Host: {host}"),
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        &format!("Sec-WebSocket-Key: {KEY}"),
        "\r\n",
    ];
    out.extend_from_slice(request.join("\r\n").as_bytes());
}

/// The size of the head of the response, once it is whole.
pub(super) fn size(input: &[u8]) -> Option<usize> {
    memmem::find(input, b"\r\n\r\n").map(|at| at + 4)
}

pub(super) fn read(head: &[u8]) -> Result<(), Broken> {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    if !status.starts_with("HTTP/1.1 101") {
        return Err(Broken::Refused(status.to_owned()));
    }
    let mut fields = lines.filter_map(|line| line.split_once(':'));
    let is_right = |(name, value): (&str, &str)| {
        name.eq_ignore_ascii_case("sec-websocket-accept") && value.trim() == ACCEPT
    };
    if fields.any(is_right) { Ok(()) } else { Err(Broken::Accept) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_ends_with_an_empty_line() {
        let mut out = Vec::new();
        write("localhost:1", "chan", &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("GET /chan HTTP/1.1\r\nHost: localhost:1\r\n"));
        assert_eq!(text.find("\r\n\r\n"), Some(text.len() - 4));
    }

    #[test]
    fn the_answer_is_judged() {
        let accept = format!("HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: {ACCEPT}\r\n\r\n");
        assert_eq!(size(accept.as_bytes()), Some(accept.len()));
        assert_eq!(size(&accept.as_bytes()[..accept.len() - 1]), None);
        assert_eq!(read(accept.as_bytes()), Ok(()));
        assert_eq!(read(b"HTTP/1.1 101 X\r\n\r\n"), Err(Broken::Accept));
        assert_eq!(
            read(b"HTTP/1.1 409 Taken\r\n\r\n"),
            Err(Broken::Refused("HTTP/1.1 409 Taken".to_owned()))
        );
    }
}
