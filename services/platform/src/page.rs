//! Cursor pagination: `?limit=&after=`, a [`Page`] as body and an RFC 8288 `Link` to the next one.

use actix_web::http::header::LINK;
use actix_web::{HttpRequest, HttpResponse};
use contracts::api::Page;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

const DEFAULT_LIMIT: u16 = 20;
const MAX_LIMIT: u16 = 100;

/// Which page is asked for; `C` is what the list is ordered by. To be taken as `web::Query`.
#[derive(Clone, Debug, Deserialize)]
pub struct PageQuery<C> {
    limit: Option<u16>,
    /// The last thing that the caller has.
    pub after: Option<C>,
}

impl<C> PageQuery<C> {
    /// What is asked for, within 1 to 100.
    fn limit(&self) -> u16 {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
    }

    /// How many rows to read: one more than the page shows, which tells whether there is a next one.
    pub fn rows(&self) -> i64 {
        i64::from(self.limit()) + 1
    }

    /// The answer from `rows` (as many as [`Self::rows`] says), each with the cursor that continues after it.
    pub fn answer<T: Serialize>(
        &self,
        request: &HttpRequest,
        mut rows: Vec<T>,
        cursor: impl Fn(&T) -> String,
    ) -> HttpResponse {
        let limit = usize::from(self.limit());
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor) } else { None };
        let mut response = HttpResponse::Ok();
        if let Some(next) = &next {
            response.insert_header((LINK, link_to_next(request, next)));
        }
        response.json(Page { data: rows, next })
    }
}

/// The same query with another `after`, so that limit and filters stay.
fn link_to_next(request: &HttpRequest, next: &str) -> String {
    let others =
        form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != "after");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .append_pair("after", next)
        .finish();
    format!("<{}?{query}>; rel=\"next\"", request.path())
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use actix_web::web::Query;

    use super::*;

    async fn answer(query: &str, total: u32) -> (Page<u32>, Option<String>) {
        let request = TestRequest::with_uri(&format!("/numbers?{query}")).to_http_request();
        let page = Query::<PageQuery<u32>>::from_query(query).unwrap();
        let rows =
            (page.after.unwrap_or(0) + 1..=total).take(usize::try_from(page.rows()).unwrap()).collect();
        let response = page.answer(&request, rows, ToString::to_string);
        let link = response.headers().get(LINK).map(|link| link.to_str().unwrap().to_owned());
        (serde_json::from_slice(&to_bytes(response.into_body()).await.unwrap()).unwrap(), link)
    }

    #[actix_web::test]
    async fn a_full_page_links_to_the_next_and_keeps_limit_and_filters() {
        let (page, link) = answer("limit=2&after=3&kind=a%26b", 9).await;
        assert_eq!(page, Page { data: vec![4, 5], next: Some("5".to_owned()) });
        assert_eq!(link.unwrap(), "</numbers?limit=2&kind=a%26b&after=5>; rel=\"next\"");
    }

    #[actix_web::test]
    async fn the_last_page_links_nowhere_even_when_it_is_full() {
        let (page, link) = answer("limit=2", 2).await;
        assert_eq!((page.data, page.next, link), (vec![1, 2], None, None));
    }

    #[actix_web::test]
    async fn the_limit_is_20_unless_told_and_100_at_most() {
        assert_eq!(answer("", 200).await.0.data.len(), 20);
        assert_eq!(answer("limit=5000", 200).await.0.data.len(), 100);
        assert_eq!(answer("limit=0", 200).await.0.data.len(), 1);
    }
}
