//! Decides who may ask, and how much is shown: requests of other sites get nothing, and names are
//! for those who have the token of this start.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, ORIGIN};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::Api;
use super::answer::fault;

/// Fetch Metadata: how a page is related to what it asks for.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// How much is shown to whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Digests in place of names, ids and addresses.
    Digests,
    /// Everything.
    Names,
}

/// Lets requests of our own pages and of programs through, with what they may see.
pub(super) async fn guard(State(api): State<Arc<Api>>, mut request: Request, next: Next) -> Response {
    let mut response = match judge(&api, request.headers()) {
        Ok(view) => {
            request.extensions_mut().insert(view);
            next.run(request).await
        }
        Err((status, reason)) => fault(status, reason),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn judge(api: &Api, headers: &HeaderMap) -> Result<View, (StatusCode, &'static str)> {
    if !is_same_origin(headers) {
        return Err((StatusCode::FORBIDDEN, "this is for pages of this proxy and for programs"));
    }
    let mut tokens = headers.get_all(AUTHORIZATION).iter();
    match (tokens.next(), tokens.next()) {
        (None, _) => Ok(View::Digests),
        (Some(token), None) if is_token(api, token) => Ok(View::Names),
        (Some(_), _) => Err((StatusCode::UNAUTHORIZED, "this is not the token of this start")),
    }
}

fn is_token(api: &Api, header: &HeaderValue) -> bool {
    header.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).is_some_and(|text| api.token.is(text))
}

/// Gives whether a request comes from a page of ours, from the user, or from a program.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter();
    match (sites.next(), sites.next()) {
        (None, _) => !headers.contains_key(ORIGIN),
        (Some(site), None) => {
            (site == "same-origin" || site == "none")
                && (!headers.contains_key(ORIGIN) || is_own_origin(headers))
        }
        (Some(_), Some(_)) => false,
    }
}

/// Gives whether the one `Origin` is the host that is asked, which the gate has admitted.
pub(super) fn is_own_origin(headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (Some(origin), None) = (origins.next(), origins.next()) else { return false };
    let (Ok(origin), Some(host)) = (origin.to_str(), headers.get(HOST).and_then(|host| host.to_str().ok()))
    else {
        return false;
    };
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    authority.is_some_and(|authority| authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(given: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in given {
            headers.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_our_pages_users_and_programs_are_of_the_same_origin() {
        let host = ("host", "localhost:9009");
        for given in [
            &[host][..],
            &[host, ("sec-fetch-site", "none")],
            &[host, ("sec-fetch-site", "same-origin")],
            &[host, ("sec-fetch-site", "same-origin"), ("origin", "http://localhost:9009")],
        ] {
            assert!(is_same_origin(&headers(given)), "{given:?}");
        }
        for given in [
            &[host, ("sec-fetch-site", "cross-site")][..],
            &[host, ("sec-fetch-site", "same-site")],
            &[host, ("sec-fetch-site", "")],
            &[host, ("sec-fetch-site", "none"), ("sec-fetch-site", "none")],
            &[host, ("origin", "http://localhost:9009")],
            &[host, ("origin", "null")],
            &[host, ("sec-fetch-site", "same-origin"), ("origin", "http://localhost:9010")],
        ] {
            assert!(!is_same_origin(&headers(given)), "{given:?}");
        }
    }

    #[test]
    fn an_origin_is_ours_if_it_is_the_host() {
        let is_own = |origin: &str| is_own_origin(&headers(&[("host", "[::1]:9009"), ("origin", origin)]));
        assert!(is_own("http://[::1]:9009") && is_own("https://[::1]:9009"));
        for origin in
            ["", "null", "[::1]:9009", "http://[::1]:9010", "http://localhost:9009", "file://[::1]:9009"]
        {
            assert!(!is_own(origin), "{origin}");
        }
        assert!(!is_own_origin(&headers(&[("host", "localhost:9009")])));
    }
}
