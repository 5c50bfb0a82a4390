//! Codes, probes and certificates in the book: who gets in, who stays out, what is forgotten.

use super::*;

const SECRET: &[u8] = b"open sesame";

fn identity(probe: &str, host: &str) -> ProbeIdentity {
    ProbeIdentity::new(probe, host).unwrap()
}

/// A book with one code that lasts from 0 to 100.
fn book(uses: u32) -> Book {
    let mut book = Book::default();
    book.add_code(SECRET, 100, uses, 0).unwrap();
    book
}

/// Lets a probe in with a certificate that lasts until 1000.
fn admit(book: &mut Book, probe: &ProbeIdentity, serial: &str) {
    book.join(SECRET, probe, None, 1).unwrap();
    let issued = Issued { serial: serial.to_owned(), not_after_secs: 1000 };
    book.add_certificate(probe, issued, 1).unwrap();
}

fn shown(probe: &ProbeIdentity, serial: &str) -> Shown {
    Shown { identity: probe.clone(), serial: serial.to_owned(), not_after_secs: 1000 }
}

#[test]
fn a_code_admits_as_often_as_it_says() {
    let mut book = book(2);
    assert_eq!(book.join(b"guess", &identity("a", "a"), None, 1), Err(JoinRefusal::UnknownCode));
    admit(&mut book, &identity("a", "a"), "01");
    admit(&mut book, &identity("b", "b"), "02");
    let third = identity("c", "c");
    assert_eq!(book.join(SECRET, &third, None, 1), Err(JoinRefusal::SpentCode));
    // Long after, nobody knows it any more.
    let late = 101 + CODE_REMEMBERED_SECS;
    assert_eq!(book.join(SECRET, &third, None, late), Err(JoinRefusal::UnknownCode));
}

#[test]
fn a_code_ends() {
    let mut book = book(1);
    assert_eq!(book.join(SECRET, &identity("a", "a"), None, 100), Err(JoinRefusal::ExpiredCode));
    assert!(book.join(SECRET, &identity("a", "a"), None, 99).is_ok());
}

#[test]
fn no_secret_is_in_the_book() {
    let text = format!("{:?}{}", book(1), serde_json::to_string(&book(1)).unwrap());
    assert!(!text.contains("sesame"), "{text}");
}

#[test]
fn nobody_takes_the_place_of_another() {
    let mut book = book(9);
    admit(&mut book, &identity("a", "web-1"), "01");
    let taken = Err(JoinRefusal::Taken { host: "web-1".to_owned(), probe: "a".to_owned() });
    assert_eq!(book.join(SECRET, &identity("b", "web-1"), None, 2), taken);
    assert_eq!(book.join(SECRET, &identity("a", "web-2"), None, 2), taken);
    assert_eq!(book.join(SECRET, &identity("a", "web-1"), None, 2), taken);
    // A refused attempt costs no use of the code.
    assert_eq!(book.codes[0].uses_left, 8);
    // It may come again itself, and anybody once it ended or was revoked.
    let own = identity("a", "web-1");
    assert!(book.clone().join(SECRET, &own, Some(&own), 2).is_ok());
    assert_eq!(book.clone().join(SECRET, &identity("a", "web-2"), Some(&own), 2), taken);
    book.codes[0].expires_secs = 5000;
    assert!(book.clone().join(SECRET, &identity("b", "web-1"), None, 1000).is_ok());
    book.revoke("web-1", 3);
    assert!(book.join(SECRET, &identity("b", "web-1"), None, 4).is_ok());
}

#[test]
fn certificates_are_good_until_they_end_or_are_revoked() {
    let mut book = book(9);
    let probe = identity("a", "web-1");
    admit(&mut book, &probe, "01");
    assert_eq!(book.check(&shown(&probe, "01"), 999), Ok(()));
    assert_eq!(book.check(&shown(&probe, "01"), 1000), Err(Refusal::Expired));
    assert_eq!(book.check(&shown(&probe, "02"), 1), Err(Refusal::Replaced));
    assert_eq!(book.check(&shown(&identity("a", "web-2"), "01"), 1), Err(Refusal::Unknown));
    assert_eq!(book.revoke("b", 2), []);
    assert_eq!(book.revoke("a", 2), std::slice::from_ref(&probe));
    assert_eq!(book.revoke("a", 3), []);
    assert_eq!(book.check(&shown(&probe, "01"), 3), Err(Refusal::Revoked));
    let issued = Issued { serial: "02".to_owned(), not_after_secs: 2000 };
    assert_eq!(book.add_certificate(&probe, issued, 3), Err(Refusal::Revoked));
    // With a new code it comes back, and its old certificate does not.
    admit(&mut book, &probe, "03");
    assert_eq!(book.check(&shown(&probe, "01"), 4), Err(Refusal::Replaced));
    assert_eq!(book.check(&shown(&probe, "03"), 4), Ok(()));
}

#[test]
fn the_book_does_not_grow_for_ever() {
    let mut book = Book::default();
    for number in 0..CODES_MAX {
        book.add_code(&number.to_be_bytes(), 100, 1, 0).unwrap();
    }
    assert_eq!(book.add_code(b"more", 100, 1, 0), Err(JoinRefusal::TooManyCodes));
    book.add_code(b"more", 300, 1, 200).unwrap();
    assert_eq!(book.codes.len(), 1);
    let probe = identity("a", "web-1");
    book.join(b"more", &probe, None, 200).unwrap();
    for number in 0..100 {
        let issued = Issued { serial: number.to_string(), not_after_secs: 9000 };
        book.add_certificate(&probe, issued, 200).unwrap();
    }
    assert_eq!(book.probes["a"].certificates.len(), SERIALS_MAX);
    book.forget(9001 + PROBE_REMEMBERED_SECS);
    assert!(book.probes.is_empty());
}
