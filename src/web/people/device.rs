//! A device as its owner would call it, from what its browser calls itself.
//!
//! Browsers say much that is not true, so only what is told reliably is told on: which browser, on what kind of
//! machine. What fits nothing is called unknown rather than guessed.

/// Marks of browsers; the first that is found counts, as most also claim to be one further down.
const BROWSERS: &[(&str, &str)] = &[
    (" Line/", "LINE"),
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Marks of machines, likewise.
const MACHINES: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// Browser and machine, each where it is known.
#[must_use]
pub fn recognise(agent: &str) -> (Option<&'static str>, Option<&'static str>) {
    let find =
        |marks: &'static [(&str, &str)]| marks.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    (find(BROWSERS), find(MACHINES))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Safari Line/14.9.0",
        Some("LINE"),
        Some("iPhone")
    )]
    #[case(
        "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0.0.0 Mobile Safari/537.36 Line/14.9.0/IAB",
        Some("LINE"),
        Some("Android")
    )]
    #[case(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        Some("Chrome"),
        Some("Windows")
    )]
    #[case(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
        Some("Edge"),
        Some("Windows")
    )]
    #[case(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 Firefox/127.0",
        Some("Firefox"),
        Some("Mac")
    )]
    #[case(
        "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        Some("Safari"),
        Some("iPad")
    )]
    #[case(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
        Some("Chrome"),
        Some("Linux")
    )]
    #[case("curl/8.9", None, None)]
    #[case("", None, None)]
    fn a_device_is_called_what_its_owner_would_call_it(
        #[case] agent: &str,
        #[case] browser: Option<&str>,
        #[case] machine: Option<&str>,
    ) {
        assert_eq!(recognise(agent), (browser, machine));
    }
}
