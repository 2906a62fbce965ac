//! Makes files that hurt, from sound ones and from nothing; the same seed makes the same files.

/// A small generator, so that a failure can be had again: xorshift64 (Marsaglia, 2003).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        // No state may be 0; neighbouring seeds are taken apart.
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// What a file may be at most: a little less than is read.
const LARGEST: usize = 15 * 1024 * 1024;

const LABELS: &[&str] = &[
    "CERTIFICATE",
    "X509 CRL",
    "CERTIFICATE REQUEST",
    "PKCS7",
    "PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "RSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "PUBLIC KEY",
];

type Maker = fn(&mut Dice, &[Vec<u8>]) -> Vec<u8>;

/// Every way to make one, by its name.
const MAKERS: &[(&str, Maker)] = &[
    ("truncated", truncated),
    ("flipped", flipped),
    ("spliced", spliced),
    ("wrong-label", wrong_label),
    ("huge-length", huge_length),
    ("nested", nested),
    ("nested-in-pem", |dice, _| {
        armoured(label(dice), &deep(1 + dice.below(60_000)))
    }),
    ("wrong-types", wrong_types),
    ("100000-blocks", |dice, _| block(dice, 6).repeat(100_000)),
    ("copies", copies),
    ("one-line", |dice, _| {
        let mut text = b"-----BEGIN CERTIFICATE-----".to_vec();
        text.resize(LARGEST, b'A' + dice.below(26) as u8);
        text
    }),
    ("open-blocks", |dice, _| {
        format!("-----BEGIN {}-----\n", label(dice))
            .repeat(200_000)
            .into_bytes()
    }),
    ("noise", |dice, _| {
        let count = dice.below(100_000);
        dice.bytes(count)
    }),
    ("zeros", |dice, _| vec![0; dice.below(LARGEST)]),
    ("utf-16-noise", |dice, _| {
        let count = dice.below(10_000);
        [vec![0xff, 0xfe], dice.bytes(count)].concat()
    }),
    ("base64-noise", |dice, _| {
        let count = dice.below(1_000_000);
        [b"MII".to_vec(), vec![b'A'; count]].concat()
    }),
    ("slow-store", |dice, _| {
        slow_store(1 << (22 + dice.below(9)))
    }),
];

/// The seed of this run: `PTL_SEED`, or always the same.
pub(crate) fn seed() -> u64 {
    let said = std::env::var("PTL_SEED").ok();
    said.map_or(20_261_125, |text| {
        text.parse().expect("PTL_SEED is a number")
    })
}

/// Files that hurt: each with its name, `each` of every kind.
pub(crate) fn hostile(samples: &[Vec<u8>], seed: u64, each: usize) -> Vec<(String, Vec<u8>)> {
    let mut dice = Dice::of(seed);
    let mut made = Vec::new();
    for (name, make) in MAKERS {
        for number in 0..each {
            made.push((format!("{name}-{number}"), make(&mut dice, samples)));
        }
    }
    made
}

fn label(dice: &mut Dice) -> &'static str {
    LABELS[dice.below(LABELS.len())]
}

fn truncated(dice: &mut Dice, samples: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = dice.one_of(samples).clone();
    let place = dice.below(bytes.len());
    bytes.truncate(place);
    bytes
}

fn flipped(dice: &mut Dice, samples: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = dice.one_of(samples).clone();
    for _ in 0..=dice.below(8) {
        let place = dice.below(bytes.len());
        bytes[place] ^= 1 << dice.below(8);
    }
    bytes
}

fn spliced(dice: &mut Dice, samples: &[Vec<u8>]) -> Vec<u8> {
    let (head, tail) = (truncated(dice, samples), dice.one_of(samples));
    let place = dice.below(tail.len());
    [&head[..], &tail[place..]].concat()
}

fn wrong_label(dice: &mut Dice, samples: &[Vec<u8>]) -> Vec<u8> {
    let payload = dice.one_of(samples).clone();
    armoured(label(dice), &payload)
}

/// A header that announces far more than there is.
fn huge_length(dice: &mut Dice, samples: &[Vec<u8>]) -> Vec<u8> {
    let count = 1 + dice.below(8);
    let header = [vec![0x30, 0x80 | count as u8], vec![0xff; count]].concat();
    let rest = dice.one_of(samples);
    [&header[..], rest].concat()
}

fn nested(dice: &mut Dice, _: &[Vec<u8>]) -> Vec<u8> {
    deep(1 + dice.below(60_000))
}

/// Sequences in sequences, so deep.
fn deep(depth: usize) -> Vec<u8> {
    // From the inside out, written backwards.
    let mut reversed = Vec::new();
    for _ in 0..depth {
        let mut header = head(0x30, reversed.len());
        header.reverse();
        reversed.extend(header);
    }
    reversed.reverse();
    reversed
}

/// Sound DER of types that stand nowhere, under a sequence as everything that is read has one.
fn wrong_types(dice: &mut Dice, _: &[Vec<u8>]) -> Vec<u8> {
    let tags = [
        0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x17, 0x30, 0x31, 0xa0, 0xa3,
    ];
    let mut content = Vec::new();
    for _ in 0..dice.below(40) {
        let count = dice.below(30);
        let inner = dice.bytes(count);
        content.extend(tlv(*dice.one_of(&tags), &inner));
    }
    tlv(0x30, &tlv(0x30, &content))
}

/// As many copies of a sound file as may be read.
fn copies(dice: &mut Dice, samples: &[Vec<u8>]) -> Vec<u8> {
    let sample = dice.one_of(samples);
    sample.repeat(LARGEST / sample.len())
}

/// A PKCS#12 store whose passphrase is stretched so often that trying one takes hours (RFC 7292, appendix B).
fn slow_store(rounds: u32) -> Vec<u8> {
    let data = [
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01,
    ];
    let sha256 = [
        0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    ];
    let content = tlv(0xa0, &tlv(0x04, &tlv(0x30, &[])));
    let digest = [tlv(0x30, &sha256), tlv(0x04, &[0; 32])].concat();
    let mac = [
        tlv(0x30, &digest),
        tlv(0x04, &[1; 8]),
        tlv(0x02, &rounds.to_be_bytes()),
    ]
    .concat();
    let pfx = [
        vec![0x02, 0x01, 0x03],
        tlv(0x30, &[&data[..], &content].concat()),
        tlv(0x30, &mac),
    ];
    tlv(0x30, &pfx.concat())
}

fn block(dice: &mut Dice, count: usize) -> Vec<u8> {
    let payload = dice.bytes(count);
    armoured(label(dice), &payload)
}

fn armoured(label: &str, payload: &[u8]) -> Vec<u8> {
    let text = openssl::base64::encode_block(payload);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
    .into_bytes()
}

fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    [head(tag, content.len()), content.to_vec()].concat()
}

fn head(tag: u8, length: usize) -> Vec<u8> {
    match u8::try_from(length) {
        Ok(short @ 0..0x80) => vec![tag, short],
        _ => {
            let bytes = length.to_be_bytes();
            let first = bytes.iter().position(|byte| *byte != 0).unwrap();
            [
                vec![tag, 0x80 | (bytes.len() - first) as u8],
                bytes[first..].to_vec(),
            ]
            .concat()
        }
    }
}
