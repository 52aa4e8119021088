"""Which addresses look like an article's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.links import links_of
from digest.collect.shapes import Shape, date_in, shape_of, words_in
from digest.collect.sitemap_parts import sitemap_of

SURE = (
    "/2026/11/28/la-crue-du-niger",
    "/2026/11/la-crue",
    "/afrique/20261128-la-crue-du-niger",
    "/afrique/article/2026/11/28/la-crue-du-niger_6512345_3212.html",
    "/politique/la-crue-1234567.html",
    "/1234567/politique/la-crue-du-niger/",
)
LONG = (
    "/la-crue-du-niger-inquiete",
    "/La-crue-du-Niger-inquiete-Mopti",
    "/spip.php?article1204",
    "/node/12",
    "/fr/node/5521",
    "/article/12",
    "/depeche/884120",
    "/?p=123",
    "/a%CC%80-gao-le-march%C3%A9-rouvre",
)
SHORT = ("/posts/pluies/", "/post/sel", "/actualites/le-mil")
NO = (
    "",
    "/",
    "/2026/",
    "/2026/11/",
    "/2026/11/28/",
    "/20261128",
    "/agenda/2026-12-01",
    "/calendrier/2026/12/une-fete-de-village",
    "/tag/la-crue-du-niger-inquiete",
    "/category/eau-et-fleuves-du-sahel/",
    "/categorie/mali",
    "/auteur/aminata-coulibaly-keita-sow",
    "/spip.php?rubrique4",
    "/spip.php?auteur7",
    "/?page=2",
    "/blog/page/2/",
    "/?mois=2026-12",
    "/mentions-legales",
    "/contact.html",
    "/wp-login.php",
    "/rapport-annuel-de-la-digue-2026.pdf",
    "/feed/",
)


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        *((path, Shape.SURE) for path in SURE),
        *((path, Shape.LONG) for path in LONG),
        *((path, Shape.SHORT) for path in SHORT),
        *((path, Shape.NO) for path in NO),
    ],
)
def test_an_address_has_its_shape(path: str, shape: Shape) -> None:
    assert shape_of(f"https://fleuve.example{path}") is shape


def test_a_day_is_read_in_an_address() -> None:
    assert date_in("https://fleuve.example/2026/1/8/la-crue") == "2026-01-08"
    assert date_in("https://fleuve.example/afrique/20261128-la-crue") == "2026-11-28"
    assert date_in("https://fleuve.example/2026/11/la-crue") == ""


def test_words_of_an_address_stand_in_for_a_title() -> None:
    home = "https://fleuve.example"
    assert words_in(f"{home}/2026/11/28/la-crue-du-niger.html") == "La crue du niger"
    assert words_in(f"{home}/la-crue-1234567") == "La crue"
    assert words_in(f"{home}/1234567/") == "fleuve.example/1234567/"
    assert words_in(f"{home}/%C3%A0-gao_demain") == "À gao demain"


@given(st.text(max_size=200))
def test_any_text_has_a_shape_and_words(text: str) -> None:
    for url in (text, f"https://fleuve.example/{text}"):
        assert shape_of(url) in Shape
        assert words_in(url).strip() or url == text
        assert date_in(url) == "" or len(date_in(url)) == 10


PIECES = """
<a href='/un-lien-bien-long'>|</a>|<h2>|</h2>|<time datetime='2026-11-28'>|</time>|<article>
</article>|<base href='//x'>|<td>|<script>|<url>|<loc>|</loc>|</url>|<urlset>|</urlset>|<!--
<![CDATA[|]]>|&|&amp;|<|27 novembre 2026|Un titre bien à lui|</body>|</html>
"""
TOKENS = [*PIECES.replace("\n", "|").split("|"), "\x00", "\ud800"]
MARKUP = st.lists(st.sampled_from(TOKENS), max_size=60).map("".join)


@given(MARKUP)
def test_no_markup_upsets_the_readers_of_pages_and_sitemaps(markup: str) -> None:
    told = links_of(f"<p>{markup}", "https://fleuve.example/")
    assert all(link["url"].startswith("http") for link in told["links"])
    listed = sitemap_of(f"<urlset>{markup}", "")
    assert all(entry["url"] for entry in listed["entries"])
