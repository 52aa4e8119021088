"""Which addresses are taken, and in which form."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.addresses import masked, read_address
from subscribers.errors import AddressError


@pytest.mark.parametrize(
    ("written", "mailed"),
    [
        ("Awa.Diop@Example.ORG", "Awa.Diop@example.org"),
        ("  awa@example.org\r\n", "awa@example.org"),
        ("\ufeffawa@example.org\u00a0", "awa@example.org"),
        ("o'brien+list@example.co.uk", "o'brien+list@example.co.uk"),
        ("awa@bücher.example", "awa@xn--bcher-kva.example"),
        ("awa@xn--bcher-kva.example", "awa@xn--bcher-kva.example"),
        ("awa@BÜCHER.example", "awa@xn--bcher-kva.example"),
        (f"{'a' * 64}@example.org", f"{'a' * 64}@example.org"),
    ],
)
def test_addresses_are_brought_into_the_form_they_are_mailed_in(written: str, mailed: str) -> None:
    address = read_address(written)
    assert address.text == mailed
    assert address.key == mailed.lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "awa",
        "@example.org",
        "awa@",
        "awa@localhost",
        "awa@192.0.2.1",
        "awa@[192.0.2.1]",
        "awa@example..org",
        "awa@-example.org",
        "awa@example.org.",
        ".awa@example.org",
        "a..a@example.org",
        "awa@x@example.org",
        "a wa@example.org",
        "awa@exam ple.org",
        '"awa diop"@example.org',
        "<awa@example.org>",
        "Awa <awa@example.org>",
        "awa@example.org, bob@example.org",
        "awa@example.org;bob@example.org",
        "awa@example.org\r\nBcc: bob@example.org",
        "awa\n@example.org",
        "awa\x00@example.org",
        "awa@example\x00.org",
        "awa@\u202eexample.org",
        f"awa@example.org{chr(0xAD) * 254}.evil.example",
        "aïssata@example.org",
        f"{'a' * 65}@example.org",
        f"awa@{'a' * 64}.org",
        f"awa@{'a.' * 130}org",
        "awa@xn--.org",
        "é" * 5_000 + "@" + "é" * 5_000,
        "a" * 100_000,
    ],
)
def test_what_cannot_be_mailed_is_refused_in_one_short_line(text: str) -> None:
    with pytest.raises(AddressError) as refused:
        read_address(text)
    assert len(str(refused.value)) < 700
    assert str(refused.value).isprintable()


@given(st.one_of(st.text(), st.emails(), st.from_regex(r"\A[\w.+-]+@[\w.-]+\Z")))
def test_an_accepted_address_can_stand_in_a_header_and_reads_the_same_again(text: str) -> None:
    try:
        address = read_address(text)
    except AddressError:
        return
    assert address.text.isascii()
    assert not any(
        char in ' ,;<>"\\()' or unicodedata.category(char) == "Cc" for char in address.text
    )
    assert read_address(address.text) == address
    assert read_address(address.text.upper()).key == address.key


def test_a_masked_address_shows_its_owner_enough() -> None:
    assert masked("awa.diop@example.org") == "a…@example.org"
