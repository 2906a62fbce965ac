//! The certificate in the file, on the record and at every address is one and the same.

use openssl::sha::sha256;

use super::{
    AddressesFacts, EndpointFacts, Expected, Kept, Piece, Recorded, named, nothing_presented,
};
use crate::{
    check::{Cause, Context, Evidence, Outcome},
    x509::{Certificate, hex},
};

pub(super) fn shows_the_file(facts: &EndpointFacts, _: &Context<'_>) -> Outcome {
    // Said here, with or without a file: what judges the chain has nothing to look at.
    let Some(leaf) = facts.presented.first() else {
        return nothing_presented();
    };
    let (file, wanted) = match &facts.wanted.file {
        Expected::NotNamed(reason) => return Outcome::not_applicable(reason.clone()),
        Expected::Unreadable(reason) => return Outcome::undetermined(reason.clone()),
        Expected::File(file, wanted) => (file, wanted),
    };
    if leaf.sha256 == wanted.sha256 {
        return Outcome::pass(format!("It shows the certificate of `{file}`."))
            .with("SHA-256", &leaf.sha256);
    }
    Outcome::fail(
        Cause::CertificateDiffers,
        format!(
            "{} shows {}, and `{file}` holds {}: callers see the former.",
            facts.address,
            named(leaf),
            named(wanted)
        ),
    )
    .with("shown", &leaf.sha256)
    .with("of the file", &wanted.sha256)
    .hint(mend(facts, leaf, wanted, file))
}

/// Which of the two is the wrong one, as far as they tell.
fn mend(facts: &EndpointFacts, leaf: &Certificate, wanted: &Certificate, file: &str) -> String {
    let same_holder = leaf.subject == wanted.subject || leaf.spki_sha256 == wanted.spki_sha256;
    if same_holder && leaf.not_before < wanted.not_before {
        return format!(
            "Bind the certificate of `{file}` and reload the server: it still shows an older one."
        );
    }
    if same_holder && leaf.not_before > wanted.not_before {
        return format!(
            "Save the newer certificate, which the endpoint shows, in the place of `{file}`."
        );
    }
    let name = facts
        .handshake
        .as_ref()
        .and_then(|handshake| handshake.server_name.as_deref());
    match name {
        Some(name) => format!(
            "Bind the certificate of `{file}` and its key to the name `{name}`, and reload the server; if the wrong machine answers there, correct --connect."
        ),
        None => format!(
            "No name was sent: add `--sni NAME` if the server has several; else bind the certificate of `{file}` and reload the server."
        ),
    }
}

pub(super) fn shows_what_was_recorded(facts: &EndpointFacts, _: &Context<'_>) -> Outcome {
    let (step, pieces) = match &facts.wanted.recorded {
        Recorded::Nothing(reason) => return Outcome::not_applicable(reason.clone()),
        Recorded::Done(step, pieces) => (step, pieces),
    };
    let Some(leaf) = facts.presented.first() else {
        return nothing_presented();
    };
    let told: Vec<(&Piece, Word)> = pieces
        .iter()
        .map(|piece| (piece, word(piece, leaf)))
        .collect();
    let first = |wanted: Word| told.iter().find(|(_, word)| *word == wanted);
    if let Some((piece, _)) = first(Word::Same) {
        return Outcome::pass(format!(
            "It shows the certificate that `{step}` was done with ({}).",
            shown(piece)
        ))
        .with("SHA-256", &leaf.sha256);
    }
    let seen = |piece, what| another_than(facts, leaf, step, piece, what);
    if let Some((piece, _)) = first(Word::Another) {
        return Outcome::Fail(
            Cause::CertificateDiffers,
            seen(piece, "which is another certificate"),
        );
    }
    if let Some((piece, _)) = first(Word::Unclear) {
        let what = match piece {
            Piece::File {
                kept: Kept::Changed,
                ..
            } => "which has changed since; its digest is not that of the shown certificate",
            _ => "which is not here any more; its digest is not that of the shown certificate",
        };
        return Outcome::Undetermined(Some(Cause::CertificateDiffers), seen(piece, what));
    }
    Outcome::not_applicable(format!(
        "the evidence of `{step}` names no certificate that could be compared"
    ))
}

fn another_than(
    facts: &EndpointFacts,
    leaf: &Certificate,
    step: &str,
    piece: &Piece,
    what: &str,
) -> Evidence {
    Evidence::seen(format!(
        "{} shows {}, and `{step}` was done with {}, {what}.",
        facts.address,
        named(leaf),
        shown(piece)
    ))
    .with("shown", &leaf.sha256)
    .hint(format!(
        "If the endpoint is right, record it: `ptl checklist reopen {step} --reason renewed`, then `ptl checklist done {step} --evidence FILE`; else bind the recorded certificate."
    ))
}

/// What a piece of evidence says of a certificate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Same,
    Another,
    /// It is a file of which only the digest is known, and that is none of the certificate's own.
    Unclear,
    /// It is no certificate.
    Nothing,
}

fn word(piece: &Piece, leaf: &Certificate) -> Word {
    match piece {
        Piece::Text(text) => word_of_text(text, leaf),
        Piece::File { sha256, .. } if is_of(sha256, leaf) => Word::Same,
        Piece::File { kept, .. } => match kept {
            Kept::AsItWas(held) if held.is_empty() => Word::Nothing,
            Kept::AsItWas(held) if held.iter().any(|one| one.sha256 == leaf.sha256) => Word::Same,
            Kept::AsItWas(_) => Word::Another,
            Kept::Changed | Kept::Gone => Word::Unclear,
        },
    }
}

/// Whether a file's digest is that of the certificate in one of its plain forms: DER, and PEM as Unix
/// and Windows write it.
fn is_of(digest: &str, leaf: &Certificate) -> bool {
    if digest == leaf.sha256 {
        return true;
    }
    let Ok(pem) = leaf.x509().to_pem() else {
        return false;
    };
    let pem = String::from_utf8_lossy(&pem);
    let bare = pem.trim_end();
    [bare.to_owned(), format!("{bare}\n")]
        .into_iter()
        .flat_map(|text| [text.replace('\n', "\r\n"), text])
        .any(|text| hex(&sha256(text.as_bytes())) == digest)
}

/// Fingerprints of SHA-256 decide; one of SHA-1 only where it fits, since much else has 40 digits.
fn word_of_text(text: &str, leaf: &Certificate) -> Word {
    let joined = text.to_ascii_lowercase().replace(':', "");
    let runs: Vec<&str> = joined
        .split(|letter: char| !letter.is_ascii_hexdigit())
        .collect();
    if runs
        .iter()
        .any(|run| [&leaf.sha256, &leaf.sha1].contains(&&(*run).to_owned()))
    {
        return Word::Same;
    }
    match runs.iter().any(|run| run.len() == 64) {
        true => Word::Another,
        false => Word::Nothing,
    }
}

fn shown(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => format!("`{text}`"),
        Piece::File { name, sha256, .. } => {
            format!(
                "`{name}`, SHA-256 {}...",
                sha256.get(..16).unwrap_or(sha256)
            )
        }
    }
}

pub(super) fn shows_one_certificate(facts: &AddressesFacts, _: &Context<'_>) -> Outcome {
    if facts.shown.len() < 2 {
        return Outcome::not_applicable("There is one address, so nothing can differ.");
    }
    let seen: Vec<(&str, &Certificate)> = facts
        .shown
        .iter()
        .filter_map(|(address, leaf)| Some((address.as_str(), leaf.as_deref()?)))
        .collect();
    let Some((one, first)) = seen.first() else {
        return Outcome::undetermined("None of the addresses presented a certificate.");
    };
    let listed: Vec<String> = seen
        .iter()
        .map(|(address, leaf)| format!("{address}: {}", leaf.sha256))
        .collect();
    let listed = listed.join("; ");
    if let Some((other, differs)) = seen.iter().find(|(_, leaf)| leaf.sha256 != first.sha256) {
        return Outcome::fail(
            Cause::CertificateDiffers,
            format!(
                "{one} shows {}, and {other} {}: callers get the one or the other.",
                named(first),
                named(differs)
            ),
        )
        .with("shown", listed);
    }
    let unseen: Vec<&str> = facts
        .shown
        .iter()
        .filter(|(_, leaf)| leaf.is_none())
        .map(|(address, _)| address.as_str())
        .collect();
    if unseen.is_empty() {
        return Outcome::pass(format!(
            "All {} addresses show {}.",
            seen.len(),
            named(first)
        ))
        .with("shown", listed);
    }
    Outcome::undetermined(format!(
        "Those that presented one show {}; {} presented none.",
        named(first),
        unseen.join(", ")
    ))
    .with("shown", listed)
    .hint("Mend what keeps the other addresses from answering, which is said there, and run ptl again.")
}
