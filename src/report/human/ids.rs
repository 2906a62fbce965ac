//! Several check ids in few words: `DNS-002 to 005, TCP-001 002`.

use crate::check::CheckId;

/// The ids in their order, each area named once, three or more that follow each other as a span.
pub(super) fn shortened(ids: &[CheckId]) -> String {
    let areas = ids.chunk_by(|one, next| one.area() == next.area());
    let areas: Vec<_> = areas.map(one_area).collect();
    areas.join(", ")
}

fn one_area(ids: &[CheckId]) -> String {
    let follows = |one: &CheckId, next: &CheckId| {
        number(*one).parse() == number(*next).parse().map(|n: u32| n - 1)
    };
    let mut words = Vec::new();
    for run in ids.chunk_by(follows) {
        match run {
            [first, .., last] if run.len() > 2 => {
                words.push(format!("{} to {}", number(*first), number(*last)));
            }
            _ => words.extend(run.iter().map(|id| number(*id).to_owned())),
        }
    }
    format!("{}-{}", ids[0].area(), words.join(" "))
}

/// What stands after the area: `002`.
fn number(id: CheckId) -> &'static str {
    id.0.rsplit_once('-').map_or(id.0, |(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_named_once_and_runs_are_spans() {
        let ids =
            |words: &[&'static str]| -> Vec<_> { words.iter().copied().map(CheckId).collect() };
        let shown = |words: &[&'static str]| shortened(&ids(words));
        assert_eq!(shown(&["TCP-001"]), "TCP-001");
        assert_eq!(shown(&["TCP-001", "TCP-002"]), "TCP-001 002");
        assert_eq!(
            shown(&[
                "DNS-002", "DNS-003", "DNS-004", "DNS-006", "TLS-001", "TLS-003"
            ]),
            "DNS-002 to 004 006, TLS-001 003"
        );
    }
}
