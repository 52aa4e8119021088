"""A mail's address "in the browser" is taken where it is everybody's."""

import pytest

from digest.collect.mails import read_mail


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://lettre.example/2026/11/une-crue-sans-precedent", None),
        (
            "https://us1.campaign-archive.com/?e=ab12cd34ef&u=77&id=5",
            "https://us1.campaign-archive.com/?u=77&id=5",
        ),
        ("https://lettre.example/v/eyJhbGciOiJIUzI1NiJ9abcdef12", ""),
        ("https://lettre.example/v?reader=aicha@presse.example", ""),
        ("https://lettre.example/v?reader=aicha%40presse.example", ""),
    ],
)
def test_an_address_that_names_a_reader_is_not_taken(given: str, taken: str | None) -> None:
    html = f"<p><a href='{given}'>Voir dans votre navigateur</a></p><p>La crue monte à Ségou.</p>"
    raw = f"Subject: Crue\nContent-Type: text/html; charset=utf-8\n\n{html}".encode()
    assert read_mail(raw).url == (given if taken is None else taken)
