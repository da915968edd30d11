//! Instants for people. Knows no clock.

/// An instant as answers write it, `2025-06-15T12:00:00Z`, with a space and the name of its zone.
pub fn shown(instant: &str) -> String {
    match instant.strip_suffix('Z').and_then(|text| text.split_once('T')) {
        Some((day, time)) => format!("{day} {time} UTC"),
        None => instant.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn an_instant_is_read_aloud_and_anything_else_stays() {
        assert_eq!(shown("2025-06-15T12:00:00Z"), "2025-06-15 12:00:00 UTC");
        assert_eq!(shown("soon"), "soon");
    }
}
