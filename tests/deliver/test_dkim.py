"""Whatever is written, a second implementation (dkimpy) verifies it, and nothing else."""

import re
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.mime import compile_letter
from digest.deliver.provider import Letter, Personal
from digest.errors import ConfigError, DeliveryError
from tests.deliver.calls import a_letter, a_personal
from tests.deliver.signed import KINDS, SENDER, a_signer, verifies

AT = datetime(2026, 11, 27, 5, 53, tzinfo=UTC)
HEADERS = {
    "List-ID": "<hebdo-sahel.digest.example>",
    "Feedback-ID": "12:hebdo-sahel:newsletter:832b23858b5d",
    "Precedence": "bulk",
}
SIGNED = (
    *("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type"),
    *("List-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"),
)
SUBJECTS = {
    "accents": "L’été à Ménaka : « où en est-on ? »",
    "arabic": "الساحل: أسبوع حاسم",
    "emoji": "🗞️ La semaine 👨‍👩‍👧‍👦",
    "long": "Sahel, " * 57,
    "one long word": "é" * 400,
    "spaces": "  two  spaces \u00a0 and more   ",
    "empty": "",
    "the reader's": "%%NAME%%, votre édition",
    "like a tag": "b=; bh=x; =?utf-8?q?no?=",
}
BODIES = {
    "empty": "",
    "empty lines at the end": "Bonjour\n\n\n\n",
    "spaces at line ends": "Bonjour   \n\t\nà demain \t\n ",
    "dots": ".\n..\n.%%NAME%%\n...\n.",
    "a token at either end": "%%NAME%%\n.\n%%ADDRESS%%",
    "all line ends": "un\r\ndeux\rtrois\n\rquatre\r\n",
    "a long line": "é" * 3000 + "x" * 3000,
}


def signed(
    letter: Letter | None = None, to: Personal | None = None, kind: str = "rsa", **signer: Any
) -> bytes:
    compiled = compile_letter(letter or a_letter(headers=HEADERS), a_signer(kind, **signer))
    return compiled.message(to or a_personal(), AT)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_a_hostile_subject_is_signed(kind: str, subject: str) -> None:
    assert verifies(signed(a_letter(subject=subject), kind=kind), a_signer(kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_hostile_body_is_signed(kind: str, body: str) -> None:
    assert verifies(signed(a_letter(text=body, html=body), kind=kind), a_signer(kind))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "Aïssata " * 40},
        {"name": 'Zoë "Z" \\ Léa'},
        {"address": "zoë@élysée.example"},
        {"address": f"{'x' * 64}@{'y' * 60}.{'z' * 60}.example"},
        {"unsubscribe_url": f"https://digest.example/u/{'t' * 900}"},
        {"message_id": ""},
    ],
)
def test_a_hostile_reader_is_signed_for(changes: dict[str, Any]) -> None:
    assert verifies(signed(to=a_personal(**changes)))


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=60, deadline=None)
@given(name=anything, subject=anything, text=anything, html=anything, sender=anything)
def test_whatever_is_written_is_signed(
    name: str, subject: str, text: str, html: str, sender: str
) -> None:
    letter = a_letter(subject=subject, text=f"{text}%%NAME%%", html=html, sender_name=sender)
    try:
        mail = signed(letter, a_personal(name=name), "ed25519")
    except DeliveryError:
        return  # a header would hold a control character
    assert verifies(mail, a_signer("ed25519"))
    assert max(map(len, mail.split(b"\r\n"))) <= 998


def tags_of(mail: bytes) -> dict[str, str]:
    text = BytesHeaderParser().parsebytes(mail)["DKIM-Signature"]
    pairs = (tag.partition("=") for tag in re.sub(r"\s", "", text).split(";"))
    return {name: value for name, _, value in pairs}


def test_the_signature_says_what_it_covers() -> None:
    tags = tags_of(signed())
    assert tags["a"] == "rsa-sha256"
    assert tags["c"] == "relaxed/simple"
    assert tags["t"] == str(int(AT.timestamp()))
    assert (tags["d"], tags["s"]) == ("digest.example", "digest")
    assert sorted(tags["h"].split(":")) == sorted((*SIGNED, "From"))
    assert "l" not in tags


def test_all_but_the_signature_is_what_it_would_be_without() -> None:
    whole = signed()
    plain = compile_letter(a_letter(headers=HEADERS)).message(a_personal(), AT)
    assert whole.endswith(b"\r\n" + plain)
    signature = whole.removesuffix(plain)
    assert signature.startswith(b"DKIM-Signature: ")
    assert max(map(len, signature.split(b"\r\n"))) <= 78


def test_each_mail_of_a_letter_is_signed_for_its_reader() -> None:
    compiled = compile_letter(a_letter(), a_signer())
    mails = [
        compiled.message(a_personal(reader), AT + timedelta(seconds=reader)) for reader in (1, 2)
    ]
    assert all(map(verifies, mails))
    assert tags_of(mails[0])["bh"] != tags_of(mails[1])["bh"]


@pytest.mark.parametrize("header", [*SIGNED, "DKIM-Signature"])
def test_a_mail_without_one_of_its_headers_fails(header: str) -> None:
    mail = signed()
    less = re.sub(rb"(?m)^%b:.*\r\n(?:[ \t].*\r\n)*" % header.encode(), b"", mail, count=1)
    assert len(less) < len(mail)
    assert not verifies(less)


@pytest.mark.parametrize("where", ["before", "after"])
def test_a_second_from_fails(where: str) -> None:
    other = b"From: president@bank.example\r\n"
    mail = signed()
    added = other + mail if where == "before" else mail.replace(b"To: ", other + b"To: ", 1)
    assert not verifies(added)


def test_a_header_that_a_mail_lacks_can_not_be_added() -> None:
    mail = signed(a_letter(reply_to=""))
    assert verifies(mail)
    assert not verifies(b"Reply-To: president@bank.example\r\n" + mail)


def test_a_relay_may_name_a_mail_that_has_no_name() -> None:
    mail = signed(to=a_personal(message_id=""))
    assert verifies(b"Message-ID: <of@relay.example>\r\n" + mail)


def test_what_is_added_at_the_end_fails() -> None:
    assert not verifies(signed() + b"more\r\n")


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_a_changed_byte_fails(data: st.DataObject) -> None:
    mail = signed(kind="ed25519")
    begin = mail.index(b"\r\n\r\n") + 4
    at = data.draw(st.integers(min_value=begin, max_value=len(mail) - 1))
    other = data.draw(st.integers(min_value=33, max_value=126).filter(lambda one: one != mail[at]))
    assert not verifies(mail[:at] + bytes([other]) + mail[at + 1 :], a_signer("ed25519"))


def test_a_folded_header_may_be_folded_anew() -> None:
    mail = signed(a_letter(subject=SUBJECTS["long"]))
    assert b"Sahel=2C_" in mail
    assert verifies(mail.replace(b"?=\r\n =?", b"?=\r\n\t  =?"))


@pytest.mark.parametrize("domain", ["", "digest.example", "DIGEST.example.", "news.digest.example"])
def test_a_domain_that_is_the_sender_s_is_taken(domain: str) -> None:
    signer = a_signer(domain=domain)
    assert verifies(signed(domain=domain), signer)


@pytest.mark.parametrize(
    ("domain", "sender", "words"),
    [
        ("bank.example", SENDER, "DIGEST_DKIM_DOMAIN is bank.example, and mail comes from digest"),
        ("otherdigest.example", SENDER, "a stranger"),
        ("igest.example", SENDER, "a stranger"),
        ("example", SENDER, "no domain that a key can stand in"),
        ("", "", "no domain"),
        ("two words.example", SENDER, "no domain"),
    ],
)
def test_a_domain_that_is_not_the_sender_s_is_refused(domain: str, sender: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        a_signer(domain=domain).record(sender)


def test_a_letter_from_elsewhere_is_refused_rather_than_signed() -> None:
    with pytest.raises(DeliveryError, match="mail comes from bank"):
        signed(a_letter(sender_address="a@bank.example"), domain="digest.example")


def test_a_domain_beyond_ascii_signs_by_its_name_in_the_dns() -> None:
    assert a_signer().record("a@élysée.example").name == "digest._domainkey.xn--lyse-9oad.example"


def test_a_header_too_long_for_a_line_is_refused() -> None:
    with pytest.raises(DeliveryError, match="998"):
        signed(to=a_personal(unsubscribe_url=f"https://digest.example/u/{'t' * 998}"))
