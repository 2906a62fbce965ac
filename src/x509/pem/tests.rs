//! Which blocks a text has, and what is shown of one that is none.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
use super::*;

const TEXT: &str = "subject=/CN=a\r\n  -----BEGIN X509 CRL-----  \r\nAQID\r\n\r\nBAU=\r\n-----END X509 CRL-----\r\nbye\n-----BEGIN ODD THING-----\nAA==\n";

#[test]
fn text_around_blocks_crlf_and_blank_lines_do_not_matter() {
    let blocks = blocks(TEXT, 10);
    assert_eq!(blocks.len(), 2);
    assert_eq!(blocks[0].label, "X509 CRL");
    assert_eq!(decode(&blocks[0]).unwrap(), [1, 2, 3, 4, 5]);
}

#[test]
fn a_block_without_end_is_told() {
    let blocks = blocks(TEXT, 10);
    assert_eq!(blocks[1].label, "ODD THING");
    assert!(!blocks[1].closed);
    assert!(decode(&blocks[1]).is_none());
}

#[test]
fn damaged_base64_is_not_decoded() {
    let blocks = blocks("-----BEGIN X-----\n!!!!\n-----END X-----", 10);
    assert!(blocks[0].closed);
    assert!(decode(&blocks[0]).is_none());
}
#[test]
fn a_block_whose_lines_were_joined_shows_its_label_alone() {
    let secret = "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQ";
    for between in ["-----", "----- ", " ", ""] {
        let text = format!("-----BEGIN PRIVATE KEY{between}{secret}-----END PRIVATE KEY-----");
        let blocks = blocks(&text, 10);
        assert_eq!(blocks[0].label, "PRIVATE KEY", "{between:?}");
        assert!(!blocks[0].closed);
    }
    let blocks = blocks(&format!("-----BEGIN {secret}-----"), 10);
    assert_eq!(blocks[0].label, "no label");
}
