from email.header import decode_header, make_header
from email.headerregistry import Address
from email.parser import BytesParser
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.headers import (
    ascii_domain,
    bulk_headers,
    checked,
    mailbox,
    message_ids,
    phrase,
    unsubscribe_headers,
)
from digest.errors import DeliveryError

names = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=200)


def test_bulk_mail_says_what_it_is() -> None:
    headers = bulk_headers(
        newsletter="hebdo-sahel", issue_id=12, site_url="https://d.example:8443/x", language="fr"
    )
    assert headers["List-ID"] == "<hebdo-sahel.d.example>"
    assert headers["Precedence"] == "bulk"
    assert headers["Auto-Submitted"] == "auto-generated"
    parts = headers["Feedback-ID"].split(":")
    assert parts[:3] == ["12", "hebdo-sahel", "newsletter"]
    assert 5 <= len(parts[3]) <= 15


def test_there_is_one_unsubscribe_uri_and_one_click() -> None:
    headers = unsubscribe_headers("https://d.example/u/t")
    assert headers == {
        "List-Unsubscribe": "<https://d.example/u/t>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_a_mails_id_names_issue_and_reader_and_no_attempt() -> None:
    made = message_ids(12, "https://d.example", [7, 70])
    assert made == ["<issue-12.reader-7@d.example>", "<issue-12.reader-70@d.example>"]


@pytest.mark.parametrize("value", ["a\nb", "a\r\nBcc: x", "a\x00b", "a\x85b", "a\u2028b", "\x7f"])
def test_a_line_break_or_control_code_in_a_header_is_refused(value: str) -> None:
    with pytest.raises(DeliveryError, match="Subject"):
        checked("Subject", value)


@pytest.mark.parametrize("value", ["Sahel\u00a0: l’année", "می\u200cخواهم", "soft\u00adhyphen"])
def test_other_characters_are_the_editors_business(value: str) -> None:
    assert checked("Subject", value) == value


@pytest.mark.parametrize(
    "address", ["a b@x.example", "a@x.example>, <b@x.example", "a@b@c", "@x.example", "", "a,b@x.y"]
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(DeliveryError):
        mailbox("Awa", address)


@pytest.mark.parametrize(
    ("address", "written"),
    [("awa@élysée.example", "awa@xn--lyse-9oad.example"), ("é@x.example", "é@x.example")],
)
def test_a_domain_is_written_in_ascii(address: str, written: str) -> None:
    assert ascii_domain(address) == written


@given(names)
def test_any_text_comes_back_from_its_encoded_words(text: str) -> None:
    written = phrase(text)
    assert all(len(line) <= 76 for line in f"Subject: {written}".split("\r\n"))
    assert str(make_header(decode_header(written.replace("\r\n", "\n")))).strip() == text.strip()


@given(names)
def test_any_name_comes_back_from_its_mailbox(name: str) -> None:
    head = f"To: {mailbox(name, 'awa@x.example')}\r\n\r\n".encode()
    parsed = BytesParser(policy=default).parsebytes(head)["To"].addresses
    assert parsed == (Address(display_name=parsed[0].display_name, addr_spec="awa@x.example"),)
    if name.isascii():
        assert parsed[0].display_name.split() == name.split()
