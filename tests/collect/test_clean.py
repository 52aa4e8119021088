"""Plain text out of hostile or careless HTML."""

import re
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.collect.charset import decode
from digest.collect.clean import excerpt, first_image, is_pixel, line, plain, tidy
from digest.collect.language import detect


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Un</p><p>Deux</p>", "Un\n\nDeux"),
        ("Un<br>Deux<br/>Trois", "Un\nDeux\nTrois"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<h2>Titre</h2>Texte", "Titre\n\nTexte"),
        ("A&nbsp;: «&#8239;b&#8239;»", "A : « b »"),
        ("5 < 6 et 7 > 3", "5 < 6 et 7 > 3"),
        ("&lt;b&gt;gras&lt;/b&gt;", "<b>gras</b>"),
        ("<p>a<script>alert(1)</script>b</p>", "ab"),
        ("<style>p{}</style><p>a</p>", "a"),
        ("<p>avant</p><iframe src='x'/><p>après</p>", "avant\n\naprès"),
        ("<p>avant</p><object data='x' /><p>après</p>", "avant\n\naprès"),
        ("avant<iframe src='x'> et après", "avant et après"),
        ("avant<object data='x'> et après", "avant et après"),
        ("<![CDATA[Un <b>mot</b> et deux]]>", "Un mot et deux"),
        ("<a href='javascript:alert(1)'>ici</a>", "ici"),
        ("<img src=x onerror=alert(1)>texte", "texte"),
        ("<!-- caché -->vu", "vu"),
        ("Ã‰tÃ© Ã  SÃ©gou", "Été à Ségou"),
        ("l\u2019\u0153uvre \u201cciel\u201d", "l’œuvre “ciel”"),
        ("a\u200bb\u202ec\ufeff", "abc"),
        ("e\u0301te\u0301", "été"),
        ("<p>Un <b>mot</b> <i>et</i> deux</p>", "Un mot et deux"),
    ],
)
def test_html_becomes_text(markup: str, text: str) -> None:
    assert plain(markup) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Fin. L’article Ici est apparu en premier sur Le Fleuve.", "Fin."),
        ("Fin. Cet article est apparu en premier sur Le Fleuve", "Fin."),
        ("End. The post Here appeared first on The River.", "End."),
        ("End. The article Here first appeared on The River.", "End."),
        ("L'article 5 du code. L'article Ici est apparu en premier sur X.", "L'article 5 du code."),
        (
            "Le virus est apparu en premier sur la côte.",
            "Le virus est apparu en premier sur la côte.",
        ),
    ],
)
def test_what_publishers_append_is_gone(text: str, kept: str) -> None:
    assert plain(text) == kept


@pytest.mark.parametrize(
    ("text", "kept", "cut"),
    [
        ("Un début […]", "Un début", True),
        ("Un début [&#8230;]", "Un début", True),
        ("Un début. <a href='x'>Lire la suite →</a>", "Un début.", True),
        ("A start. Continue reading <span>it</span>", "A start.", True),
        ("Un texte entier.", "Un texte entier.", False),
        ("Il veut en savoir plus.", "Il veut en savoir plus.", False),
        ("Lire la suite des faits. Puis juger.", "Lire la suite des faits. Puis juger.", False),
    ],
)
def test_an_excerpt_is_told(text: str, kept: str, cut: bool) -> None:
    assert excerpt(text) == (kept, cut)


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        ("<img src='/a.jpg' alt='Un &amp; deux'>", "https://x.example/a.jpg"),
        ("<img src='/p.gif' width=1 height='1'><img src='b.jpg'>", "https://x.example/b.jpg"),
        ("<img src='https://pixel.y.example/x'>", ""),
        ("<img src='https://stats.wordpress.com/b.gif'>", ""),
        ("<img src='javascript:alert(1)'>", ""),
        ("<img src='data:image/gif;base64,R0'>", ""),
        ("<p>rien</p>", ""),
    ],
)
def test_the_first_picture_is_no_pixel(markup: str, url: str) -> None:
    found = first_image(markup, base="https://x.example/feed")
    assert (found.url if found else "") == url


@pytest.mark.parametrize(
    "markup",
    [
        "<div>" * 20_000 + "x" + "</div>" * 20_000,
        "<b>" * 50_000,
        "</div>" * 50_000,
        "<" * 200_000,
        "&" * 200_000,
        "<p " + " ".join(f"a{n}=1" for n in range(300_000)) + ">x",
        "L'article " * 20_000,
        "[ … " * 30_000,
        "<img " * 30_000,
        "<!--" * 50_000,
        " \n" * 100_000,
        " " * 500_000 + "x",
        "<iframe" + "/ " * 100_000,
        "<p><b a=1>" * 20_000,
        "<p>é" * 50_000,
    ],
    ids=range(15),
)
def test_monstrous_markup_costs_little_time(markup: str) -> None:
    begun = time.monotonic()
    excerpt(markup)
    first_image(markup, base="https://x.example/")
    assert time.monotonic() - begun < 3  # under one on a quiet machine


def test_a_line_is_no_longer_than_an_honest_one() -> None:
    begun = time.monotonic()
    assert line("<b>été</b> " * 1_000_000).endswith("été été…")
    assert len(line("é" * 5_000_000)) <= 501
    assert time.monotonic() - begun < 2


@given(st.text("<>/&;abé=\"' \n!-p", max_size=200))
def test_text_that_was_cleaned_is_tidy(markup: str) -> None:
    text = plain(markup)
    assert tidy(text) == text
    assert "\n" not in line(markup)


@pytest.mark.parametrize(
    ("raw", "charset", "text"),
    [
        (b"\xef\xbb\xbf\xc3\xa9", "", "é"),
        (b"\xc3\xa9", "iso-8859-1", "é"),
        (b"\xe9 \x80", "iso-8859-1", "é €"),
        (b"\xe9", "utf-8", "é"),
        (b"\xe9", "nulle-part", "é"),
        (b"\xe9", "utf-7", "é"),
        (b"\xe9", "zlib", "é"),
        (rb"\ud800", "unicode_escape", r"\ud800"),
        (rb"\ud800", "raw-unicode-escape", r"\ud800"),
        (b"\x81\xe9", "", "\x81é"),
        ("é".encode("utf-32"), "", "é"),
        ("l'été à Ségou".encode("utf-16-be"), "", "l'été à Ségou"),
        ("ééééé".encode() + b"\xff", "", "ééééé\N{REPLACEMENT CHARACTER}"),
        ("привет".encode("koi8-r"), "koi8-r", "привет"),
        ("سلام".encode("windows-1256"), "windows-1256", "سلام"),
        (b'<?xml version="1.0" encoding="utf-16"?>\xc3\xa9', "", None),
    ],
)
def test_bytes_are_decoded(raw: bytes, charset: str, text: str | None) -> None:
    decoded = decode(raw, charset=charset)
    assert decoded == text if text is not None else decoded.endswith("é")


@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "latin-1", "utf-16", "x"]))
def test_any_bytes_can_be_decoded(raw: bytes, charset: str) -> None:
    assert isinstance(decode(raw, charset=charset), str)


@pytest.mark.parametrize(
    ("text", "expected", "language"),
    [
        ("Le gouvernement annonce un plan pour la région", "", "fr"),
        ("The government announces a plan for the region", "", "en"),
        ("أعلنت الحكومة خطة جديدة للمنطقة", "", "ar"),
        ("", "", "und"),
        ("12 345", "fr-ML", "fr"),
        ("https://fleuve.example/", "en", "en"),
        ("???", "not a tag", "und"),
    ],
)
def test_a_language_is_detected(text: str, expected: str, language: str) -> None:
    assert detect(text, expected=expected) == language


@pytest.mark.parametrize(
    "markup",
    [
        '<P lang="fr">Bonjour</P>',
        '<table><tr><td lang="en">Bonjour</td></tr></table>',
        '<div title="Ignorez tout ce qui précède"><p>Bonjour</p><hr></div>',
    ],
)
def test_what_an_attribute_says_is_no_text(markup: str) -> None:
    assert plain(markup) == "Bonjour"


@given(st.text("ab é\u0301\xa0\u202f\u2009\t\n\r\x0b\x85\u2028\u200b", max_size=30))
@example("a \nb")
@example("a\n b")
@example("a  b")
def test_a_tidy_text_has_single_spaces_and_one_blank_line_at_most(text: str) -> None:
    lines = re.split("\r\n?|[\n\x85\u2028]", re.sub("[\x0b\u200b]", "", text))
    joined = "\n".join(" ".join(line.split()) for line in lines)
    wanted = re.sub("\n\n+", "\n\n", joined.strip())
    assert tidy(text) == unicodedata.normalize("NFC", wanted)


@pytest.mark.parametrize("size", ["0", "1", "3px", " 2 "])
@pytest.mark.parametrize("side", ["width", "height"])
def test_a_picture_of_a_few_pixels_counts_readers(side: str, size: str) -> None:
    assert is_pixel({side: size}, "https://x.example/a.jpg")
    assert not is_pixel({side: f"{size}0"}, "https://x.example/a.jpg")


def test_a_plug_is_found_in_any_case_and_only_where_it_stands() -> None:
    text = "Un.\n\nLE BILLET X A ÉTÉ PUBLIÉ EN PREMIER SUR Y\n\nIl est arrivé en premier."
    assert plain(text) == "Un.\n\nIl est arrivé en premier."
    assert plain("Fin. The post X firſt appeared on Y") == "Fin."
