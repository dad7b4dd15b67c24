//! Paths that mean something else behind us than they do here are refused.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};
use percent_encoding::percent_decode_str;
use platform::Problem;

pub async fn only_plain(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if is_plain(request.uri().path()) {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    let problem = Problem::malformed("invalid-path", "The path has parts that lead elsewhere");
    Ok(request.into_response(problem.error_response()))
}

/// No dot segments, slashes or control characters, plain or percent-encoded: the routes would not mean what they say.
fn is_plain(path: &str) -> bool {
    path.split('/').all(|segment| {
        let segment = percent_decode_str(segment).collect::<Vec<u8>>();
        let hidden = |byte: &u8| b"/\\".contains(byte) || byte.is_ascii_control();
        segment != b"." && segment != b".." && !segment.iter().any(hidden)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_without_detours_are_plain() {
        for path in ["/", "/api/v1/stock/A.B-1", "/assets/app.css", "/api/v1/stock/A%20B", "//"] {
            assert!(is_plain(path), "{path}");
        }
        for path in ["/a/../b", "/a/%2e%2E/b", "/a/.%2e", "/./a", "/a%2fb", "/a%5Cb", "/a\\b", "/a%00"] {
            assert!(!is_plain(path), "{path}");
        }
    }
}
