//! Serves the files that the proxy carries: the console, the demos and, if it was built, the
//! client, as scripts and as npm package.

use std::borrow::Cow;
use std::io::Read;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use rust_embed::{EmbeddedFile, RustEmbed};

/// What our pages may do: run our scripts and the client's WebAssembly, show what peers have sent,
/// and connect to proxies of this machine. 'self' covers a page on [::1]: CSP has no form for IPv6
/// addresses.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
                      img-src 'self' data: blob:; media-src 'self' blob:; \
                      connect-src 'self' ws://localhost:* ws://127.0.0.1:* http://localhost:* http://127.0.0.1:*; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What our pages may ask the user for: the conference needs camera, microphone, screen capture,
/// and a screen that stays on. What is not listed has a default that differs between browsers, so
/// this also lists what no page gets.
const DEVICES: &str = "camera=(self), microphone=(self), display-capture=(self), screen-wake-lock=(self), \
                       accelerometer=(), bluetooth=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), \
                       midi=(), payment=(), serial=(), usb=()";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const EMBEDDER_POLICY: HeaderName = HeaderName::from_static("cross-origin-embedder-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// The page shown instead of the console where it or the client was not built.
pub(crate) const UNBUILT_PAGE: &str = "<!doctype html><html lang=en><meta charset=utf-8>\
    <title>Network Web Sockets</title><h1>The browser client is not built</h1>\
    <p>This proxy relays, but it was compiled without its pages. Run <code>cargo xtask build</code> in its \
    source folder and start it again, or use <code>cargo xtask run</code>, which does both.</p></html>";

/// The body whose error npm shows.
const UNBUILT_PACKAGE: &str = "{\"error\":\"this proxy was compiled without the npm package; run `cargo \
    xtask build` in its source folder and start it again\"}\n";

const UNBUILT_SCRIPT: &str = "throw new Error('networkwebsockets: this proxy was compiled without the \
    browser client; run `cargo xtask build` in its source folder and start it again');\n";

/// Of bundled files only the compressed forms: sources and bundles together would be a tenth of the
/// program.
#[derive(RustEmbed)]
#[cfg_attr(packed, folder = "assets/console/")]
#[cfg_attr(not(packed), folder = "console/dist/")]
#[include = "*.gz"]
#[allow_missing = true]
struct Console;

#[derive(RustEmbed)]
#[cfg_attr(packed, folder = "assets/demo/")]
#[cfg_attr(not(packed), folder = "../demo/")]
#[include = "*.html"]
#[include = "*.webp"]
#[include = "*.svg"]
#[include = "dist/*.gz"]
struct Demo;

#[derive(RustEmbed)]
#[cfg_attr(packed, folder = "assets/client/")]
#[cfg_attr(not(packed), folder = "../polyfill/dist/")]
#[include = "networkwebsockets.js"]
#[include = "networkwebsockets.mjs"]
#[include = "networkwebsockets.tgz"]
#[include = "networkwebsockets-streams.js"]
#[include = "networkwebsockets-streams.mjs"]
#[allow_missing = true]
struct Client;

/// A file, and how it is served.
pub(crate) struct Asset {
    bytes: Cow<'static, [u8]>,
    kind: &'static str,
    tag: String,
    any_origin: bool,
    is_gzip: bool,
}

/// A file of the console; `None` where it was not built.
pub(crate) fn console(name: &str) -> Option<Asset> {
    Console::get(&format!("{name}.gz")).map(|file| Asset::new(name, file).compressed())
}

/// A file of the demos.
pub(crate) fn demo(name: &str) -> Option<Asset> {
    let compressed = || Demo::get(&format!("{name}.gz")).map(|file| Asset::new(name, file).compressed());
    Demo::get(name).map(|file| Asset::new(name, file)).or_else(compressed)
}

/// A file of the client; `None` where it was not built.
pub(crate) fn client(name: &str) -> Option<Asset> {
    Client::get(name).map(|file| Asset::new(name, file))
}

/// The response to an install of a package that was not built. With a status from 500 on npm would
/// try again.
pub(crate) fn unbuilt_package() -> Response {
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, kind_of("x.json"))], UNBUILT_PACKAGE).into_response()
}

/// Gives whether the client was built.
pub(crate) fn has_client() -> bool {
    Client::get("networkwebsockets.js").is_some()
}

impl Asset {
    /// A script that throws an error, as there is no client.
    pub(crate) fn unbuilt_script() -> Self {
        let bytes = Cow::Borrowed(UNBUILT_SCRIPT.as_bytes());
        Self { bytes, kind: kind_of("x.js"), tag: "\"unbuilt\"".into(), any_origin: false, is_gzip: false }
    }

    /// Lets pages of other origins load the file.
    pub(crate) fn for_any_origin(self) -> Self {
        Self { any_origin: true, ..self }
    }

    /// The response to a request with these headers: the file, or 304 if the client has it already.
    pub(crate) fn respond(self, request: &HeaderMap) -> Response {
        if self.is_gzip && !takes_gzip(request) {
            return self.decompressed().respond(request);
        }
        let mut response = match self.is_known(request) {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => Body::from(self.bytes).into_response(),
        };
        let headers = response.headers_mut();
        if self.is_gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
        set(CONTENT_TYPE, self.kind);
        set(CACHE_CONTROL, "no-cache");
        // By the referrer, our pages know whether a link came from one of them.
        set(REFERRER_POLICY, "same-origin");
        set(CONTENT_SECURITY_POLICY, POLICY);
        set(PERMISSIONS_POLICY, DEVICES);
        set(OPENER_POLICY, "same-origin");
        set(EMBEDDER_POLICY, "require-corp");
        set(RESOURCE_POLICY, if self.any_origin { "cross-origin" } else { "same-origin" });
        if self.any_origin {
            set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        }
        if let Ok(tag) = HeaderValue::try_from(self.tag) {
            headers.insert(ETAG, tag);
        }
        response
    }

    /// Gives whether one of the tags that the client has is the tag of the file (RFC 9110, section
    /// 13.1.2).
    fn is_known(&self, request: &HeaderMap) -> bool {
        let lists = request.get_all(IF_NONE_MATCH).into_iter().filter_map(|list| list.to_str().ok());
        let mut tags = lists.flat_map(|list| list.split(',')).map(str::trim);
        tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.tag)
    }

    fn new(name: &str, file: EmbeddedFile) -> Self {
        let hash = file.metadata.sha256_hash();
        let tag = hash[..8].iter().fold(String::from("\""), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
        Self { bytes: file.data, kind: kind_of(name), tag, any_origin: false, is_gzip: false }
    }

    fn compressed(self) -> Self {
        Self { is_gzip: true, ..self }
    }

    /// The same file for a client that does not accept gzip. It has another tag (RFC 9110, section
    /// 8.8.3.3).
    fn decompressed(self) -> Self {
        let mut bytes = Vec::new();
        if GzDecoder::new(&*self.bytes).read_to_end(&mut bytes).is_err() {
            tracing::warn!("a file of the pages is damaged: build the proxy again");
        }
        let tag = self.tag.replacen('"', "\"plain-", 1);
        Self { bytes: bytes.into(), tag, is_gzip: false, ..self }
    }
}

/// Gives whether a client accepts gzip: it names gzip, and not with a weight of 0 (RFC 9110,
/// section 12.5.3).
fn takes_gzip(request: &HeaderMap) -> bool {
    let lists = request.get_all(ACCEPT_ENCODING).into_iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().trim_start_matches("q=");
        name.trim().eq_ignore_ascii_case("gzip") && weight.parse::<f32>().unwrap_or(1.0) > 0.0
    })
}

fn kind_of(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "map") => "application/json",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("tgz") => "application/gzip",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npm_can_show_why_there_is_no_package() {
        assert_eq!(unbuilt_package().status(), StatusCode::NOT_FOUND);
        let body: serde_json::Value = serde_json::from_str(UNBUILT_PACKAGE).expect("JSON");
        assert!(body["error"].as_str().is_some_and(|error| error.contains("cargo xtask build")), "{body}");
    }

    #[test]
    fn a_client_takes_gzip_when_it_says_so() {
        let takes = |said: &'static str| {
            takes_gzip(&HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(said))]))
        };
        for said in ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.5", "identity,gzip ; q=1"] {
            assert!(takes(said), "{said}");
        }
        for said in ["", "br", "gzip;q=0", "gzip; q=0.0, br", "x-gzip-like"] {
            assert!(!takes(said), "{said}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn what_is_compressed_is_whole_without_it() {
        let text = "a file ".repeat(100);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut gzip, text.as_bytes()).expect("memory takes all");
        let bytes = gzip.finish().expect("memory takes all").into();
        let asset =
            Asset { bytes, kind: "", tag: "\"1\"".into(), any_origin: false, is_gzip: true }.decompressed();
        assert_eq!((&*asset.bytes, &*asset.tag, asset.is_gzip), (text.as_bytes(), "\"plain-1\"", false));
    }
}
