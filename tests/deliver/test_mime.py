from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.mime import compile_letter
from digest.deliver.personalise import values_of
from digest.deliver.provider import Letter, Personal
from digest.errors import DeliveryError
from tests.deliver.calls import a_letter, a_personal

AT = datetime(2026, 11, 27, 5, 53, tzinfo=UTC)


def raw(letter: Letter | None = None, to: Personal | None = None) -> bytes:
    return compile_letter(letter or a_letter()).message(to or a_personal(), AT)


def parsed(content: bytes) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(content)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body(preferencelist=(kind,))
    assert found is not None
    return cast("str", found.get_content()).replace("\r\n", "\n")


def test_a_mail_has_its_headers_and_text_before_html() -> None:
    mail = parsed(raw())
    assert not mail.defects
    assert mail["From"] == "La Lettre du Sahel <lettre@digest.example>"
    assert mail["To"].addresses[0].display_name == "Zoë & Léa"
    assert mail["Subject"] == "Sahel : une semaine décisive"
    assert mail["Date"].datetime == AT
    assert mail["Message-ID"] == "<issue-1.reader-1@digest.example>"
    assert mail["List-Unsubscribe"] == "<https://digest.example/u/token1>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "multipart/alternative"
    kinds = [one.get_content_type() for one in mail.iter_parts()]
    assert kinds == ["text/plain", "text/html"]


def test_each_part_is_filled_in_for_its_reader() -> None:
    mail = parsed(raw())
    assert part(mail, "plain").startswith("Bonjour Zoë & Léa, é\n")
    assert "Bonjour Zoë &amp; Léa, é" in part(mail, "html")
    assert 'href="https://digest.example/u/token1"' in part(mail, "html")


def test_no_line_is_longer_than_76_and_all_is_seven_bit() -> None:
    letter = a_letter(html="<p>" + "é" * 500 + "%%NAME_HTML%%" + "x" * 500, text="long " * 300)
    content = raw(letter, a_personal(name="Ñ" * 200))
    assert content.isascii()
    body = content.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("length", range(70, 80))
def test_a_value_about_as_long_as_a_line_keeps_to_lines(length: int) -> None:
    name = "x" * length
    content = raw(a_letter(text="%%NAME%%", html="-"), a_personal(name=name))
    body = content.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76
    assert part(parsed(content), "plain") == name


def test_a_header_too_long_for_a_line_is_folded() -> None:
    head = raw(to=a_personal(name="x" * 1100)).partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 998


def test_a_header_that_can_not_be_folded_is_refused() -> None:
    with pytest.raises(DeliveryError, match="over 998 bytes"):
        raw(to=a_personal(unsubscribe_url="https://digest.example/" + "x" * 1000))


def test_a_subject_can_name_the_reader() -> None:
    mail = parsed(raw(a_letter(subject="%%NAME%%, votre édition")))
    assert mail["Subject"] == "Zoë & Léa, votre édition"


def test_an_address_beyond_ascii_stands_as_it_is() -> None:
    content = raw(to=a_personal(address="zoë@élysée.example"))
    assert "zoë@xn--lyse-9oad.example".encode() in content


@pytest.mark.parametrize(
    "changes",
    [
        {"sender_name": "A\nBcc: x@x.example"},
        {"sender_address": "a@x.example\r\nBcc: x"},
        {"reply_to": "a@x.example, b@x.example"},
        {"headers": {"List-ID": "<x>\r\nBcc: y"}},
    ],
)
def test_a_letter_that_would_inject_a_header_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(DeliveryError):
        compile_letter(a_letter(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "A\nBcc: x@x.example"},
        {"address": "a@x.example\nBcc: y@x.example"},
        {"unsubscribe_url": "https://x>\r\nBcc: y@x.example"},
    ],
)
def test_a_reader_who_would_inject_a_header_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DeliveryError):
        raw(to=a_personal(**changes))


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@settings(max_examples=60)
@given(name=anything, subject=anything, body=anything)
def test_no_text_can_add_or_change_a_header(name: str, subject: str, body: str) -> None:
    expected = parsed(raw()).keys()
    try:
        content = raw(a_letter(subject=subject, html=body or "-", text=body), a_personal(name=name))
    except DeliveryError:
        return
    assert parsed(content).keys() == expected


@settings(max_examples=60)
@given(name=anything, before=anything, after=anything)
def test_a_body_comes_back_as_it_was_written(name: str, before: str, after: str) -> None:
    values = values_of(name=name, address="a@x.example", unsubscribe_url="https://x.example/=3D")
    letter = a_letter(text=f"{before}%%NAME%%{after}%%UNSUBSCRIBE_URL%%.")
    to = a_personal(
        name=values["NAME"], address="a@x.example", unsubscribe_url="https://x.example/=3D"
    )
    content = raw(letter, to)
    text = f"{before}{values['NAME']}{after}https://x.example/=3D."
    part_of = part(parsed(content), "plain")
    assert part_of == text.replace("\r\n", "\n").replace("\r", "\n")
