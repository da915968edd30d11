//! Names and values as a browser sends them, in a query or in the body of a form, in their order. Knows no page.

/// The values of a form; names may come several times.
#[derive(Debug, Clone, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `a=1&b=2`. What is not UTF-8 is shown as such by replacement marks, and then refused by whoever checks it.
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of that name; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether there is one of that name, as a ticked box is.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// All pairs, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn pairs_are_read_as_browsers_write_them() {
        let form = Form::parse("a=1+2&b=%E4%B8%AD%26&a=3&c&=x&&d=a=b".as_bytes());
        assert_eq!((form.get("a"), form.get("b"), form.get("c"), form.get("d")), ("1 2", "中&", "", "a=b"));
        assert_eq!(form.all("a").collect::<Vec<_>>(), ["1 2", "3"]);
        assert!(form.has("c") && !form.has("e"));
        assert_eq!(Form::parse(b"a=%FF%").get("a"), "\u{fffd}%");
    }
}
