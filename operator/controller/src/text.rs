//! Texts that must fit.

/// At most `limit` bytes of it, whole characters, with dots where something was left out.
pub fn shortened(mut text: String, limit: usize) -> String {
    const DOTS: &str = "...";
    if text.len() > limit {
        let end = (0..=limit.saturating_sub(DOTS.len())).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
        text.push_str(DOTS);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(shortened("short".to_owned(), 5), "short");
        assert_eq!(shortened("longer".to_owned(), 5), "lo...");
        assert_eq!(shortened("ää-ää-ää".to_owned(), 8), "ää-...");
    }
}
