//! The styles of every page, and their digest: the one that a page's policy lets in.

/// The text, as it stands between `<style>` and `</style>`.
pub(super) const TEXT: &str = include_str!("../../templates/report/styles.css");

/// SHA-256 of the text in base64, as a content security policy names it (CSP Level 3, 2.3.1).
pub(super) fn digest() -> String {
    openssl::base64::encode_block(&openssl::sha::sha256(TEXT.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use std::collections::BTreeMap;

    use super::TEXT;

    /// WCAG 2.2, 1.4.3: text of any size.
    const TEXT_NEEDS: f64 = 4.5;
    /// WCAG 2.2, 1.4.11: what a drawing is understood by.
    const DRAWINGS_NEED: f64 = 3.0;

    type Colours = BTreeMap<&'static str, &'static str>;

    /// The colours of each `:root`: light, dark, paper.
    fn schemes() -> Vec<Colours> {
        let blocks = TEXT.split(":root {").skip(1);
        blocks
            .map(|block| {
                let lines = block.split('}').next().unwrap().lines();
                lines
                    .filter_map(|line| line.trim().strip_prefix("--")?.split_once(": "))
                    .map(|(name, colour)| (name, colour.trim_end_matches(';')))
                    .collect()
            })
            .collect()
    }

    /// WCAG 2.2, relative luminance.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
            let value = f64::from(value) / 255.0;
            match value <= 0.04045 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_colour_is_told_from_its_ground_in_every_scheme() {
        let schemes = schemes();
        assert_eq!(schemes.len(), 3);
        let black_on_white = contrast("#000000", "#ffffff");
        assert!((black_on_white - 21.0).abs() < 0.01);
        for colours in &schemes {
            assert_eq!(colours.len(), schemes[0].len(), "{colours:?}");
            for ground in ["page", "surface", "raised"] {
                for text in [
                    "text", "muted", "accent", "done", "begun", "waiting", "bad", "ready", "quiet",
                ] {
                    let found = contrast(colours[text], colours[ground]);
                    assert!(found >= TEXT_NEEDS, "{text} on {ground}: {found:.2}");
                }
                for part in ["strong-rule", "accept", "present"] {
                    let found = contrast(colours[part], colours[ground]);
                    assert!(found >= DRAWINGS_NEED, "{part} on {ground}: {found:.2}");
                }
            }
        }
    }
}
