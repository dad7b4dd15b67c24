//! Which headers go through, in either direction.

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName as InName, HeaderValue as InValue};
use reqwest::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, FORWARDED, HOST, HeaderMap, HeaderName, HeaderValue, SERVER,
};
use uuid::Uuid;

pub const REQUEST_ID: &str = "x-request-id";

/// Of one connection, not of the request (RFC 9110, 7.6.1); besides, what `Connection` itself names.
const HOP_BY_HOP: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What the service gets: the client's headers, who the client is, and the name of this request.
pub fn forwarded(request: &HttpRequest, request_id: Uuid) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    remove_hop_by_hop(&mut headers);
    for ours in [HOST, CONTENT_LENGTH, EXPECT, FORWARDED] {
        headers.remove(ours);
    }
    let connection = request.connection_info();
    let peer = request.peer_addr().map(|peer| peer.ip().to_string());
    // The ingress before us has named the client; we name the ingress.
    let hops =
        headers.get_all("x-forwarded-for").iter().filter_map(|hop| hop.to_str().ok().map(str::to_owned));
    let hops: Vec<String> = hops.chain(peer).collect();
    set(&mut headers, "x-forwarded-for", &hops.join(", "));
    set(&mut headers, "x-forwarded-proto", connection.scheme());
    set(&mut headers, "x-forwarded-host", connection.host());
    set(&mut headers, REQUEST_ID, &request_id.to_string());
    headers
}

/// What the client gets. The length is told by whoever writes the body.
pub fn returned(answer: &HeaderMap) -> Vec<(InName, InValue)> {
    let mut headers = answer.clone();
    remove_hop_by_hop(&mut headers);
    headers.remove(CONTENT_LENGTH);
    headers.remove(SERVER);
    headers
        .iter()
        .filter_map(|(name, value)| {
            let name = InName::from_bytes(name.as_str().as_bytes()).ok()?;
            Some((name, InValue::from_bytes(value.as_bytes()).ok()?))
        })
        .collect()
}

pub fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for name in HOP_BY_HOP.into_iter().chain(named.iter().map(String::as_str)) {
        headers.remove(name);
    }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => drop(headers.insert(name, value)),
        Err(_) => drop(headers.remove(name)),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn what_belongs_to_the_connection_stays_behind() {
        let request = TestRequest::get()
            .insert_header(("connection", "keep-alive, X-Secret"))
            .insert_header(("x-secret", "1"))
            .insert_header(("transfer-encoding", "chunked"))
            .insert_header(("authorization", "Bearer t"))
            .to_http_request();
        let headers = forwarded(&request, Uuid::nil());
        let names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
        assert_eq!(
            names.into_iter().collect::<std::collections::BTreeSet<_>>(),
            ["authorization", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id"]
                .into()
        );
    }

    #[test]
    fn the_client_names_neither_itself_nor_the_request() {
        let request = TestRequest::get()
            .peer_addr("10.0.0.7:1".parse().unwrap())
            .insert_header(("x-forwarded-for", "198.51.100.9"))
            .insert_header(("x-request-id", "mine"))
            .to_http_request();
        let headers = forwarded(&request, Uuid::nil());
        assert_eq!(headers["x-forwarded-for"], "198.51.100.9, 10.0.0.7");
        assert_eq!(headers["x-request-id"], Uuid::nil().to_string());
    }
}
