"""The swift reader gives what the careful one gives, or declines: never anything else."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.collecting_changed import feed_before
from digest.collect.charset import decode
from digest.collect.parsing import read_carefully
from digest.collect.repair import mended
from digest.collect.swift import read_swiftly
from tests.collect.cases import Case, cases
from tests.collect.published import conditions

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # feedparser's own


_ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Le Fleuve</title>
<link rel="self" href="https://x.example/feed"/><updated>2026-11-26T10:00:00Z</updated>
<entry><id>tag:x.example,2026:1</id><title type="html">Un &amp;amp; deux</title>
<link href="https://x.example/1"/><link rel="enclosure" type="image/png" href="https://x.example/1.png"/>
<author><name>Awa Diallo</name><email>awa@x.example</email></author><category term="a"/>
<published>2026-11-25T10:00:00+01:00</published><updated>2026-11-26T10:00:00Z</updated>
<summary>Court.</summary><content type="html">&lt;p&gt;Long.&lt;/p&gt;</content></entry></feed>"""


def differs(raw: bytes) -> bool | None:
    """Tell whether the readers differ; None where the swift one declines."""
    feed = mended(decode(raw))
    swift = read_swiftly(feed.text) if feed else None
    if feed is None or swift is None:
        return None
    assert swift == read_carefully(feed.text)
    return False


def test_on_the_published_corpus_it_never_differs() -> None:
    found = [differs(one.raw) for one in conditions()]
    assert not found or found.count(False) > 800


@pytest.mark.parametrize("case", cases("feeds"))
def test_on_our_own_cases_it_never_differs(case: Case) -> None:
    differs(case.raw)


def test_it_reads_what_most_sites_write() -> None:
    assert differs(feed_before(1).replace(b"<p>", b"<!-- wp:paragraph --><p>")) is False
    assert differs(_ATOM) is False


WORDS = st.sampled_from(
    [
        *(
            "Un pont",
            "",
            " ",
            "L\u2019\u00e9t\u00e9",
            "&lt;p&gt;Un&lt;/p&gt;",
            "<![CDATA[<p>a</p> b]]>",
            "A &amp; B",
        ),
        *(
            "https://x.example/1?a=1&amp;b=2",
            "http:///x",
            "/1",
            "tag:x,2026:1",
            "12",
            "\u00c3\u00a9",
        ),
        *("Thu, 26 Nov 2026 10:15:00 +0000", "2026-11-26T10:15:00Z", "hier", "awa@x.example (Awa)"),
        *("a<!-- b -->c", "<b>gras</b>", "&#146;", "&#xe9;", "a\u0085b", "<?p i?>", "&x;", "fr-FR"),
    ]
)
ATTRIBUTES = st.sampled_from(
    [
        *(*[""] * 24, ' type="text"', ' type="html"', ' type="xhtml"', ' type="TEXT/HTML"'),
        *(' isPermaLink="false"', ' ispermalink="false"', ' isPermaLink="true"', ' xml:lang="fr"'),
        *(' href="https://x.example/2"', ' href="https://x.example/3" rel="alternate"'),
        *(' href="/e.jpg" rel="enclosure" type="image/jpeg" title="Alt"', ' href="/s" rel="self"'),
        *(' url="https://x.example/i.jpg" type="image/JPEG"', ' url="/v.mp4" medium="video"'),
        *(' url="/i.png" medium="image"', ' xml:base="https://y.example/"', ' base="/b"'),
        *(' domain="d"', ' term="t"', ' src="https://x.example/4"', ' mode="base64"', ' REL="x"'),
    ]
)
RSS = [
    *("title", "link", "guid", "pubDate", "description", "author", "source", "enclosure", "image"),
    *("content:encoded", "dc:creator", "dc:date", "media:content", "media:thumbnail", "category"),
    *("comments", "slash:comments", "media:title", "media:description", "itunes:summary", "x:y"),
    *("Title", "summary", "language", "atom:link", "dc:language", "item", "div", "updated"),
]
ATOM = [
    *("title", "link", "id", "published", "updated", "summary", "content", "author", "category"),
    *("media:content", "media:thumbnail", "media:group", "source", "name", "contributor", "div"),
]


def element(names: list[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, attributes, text: f"<{name}{attributes}>{text}</{name}>",
        st.sampled_from(names),
        ATTRIBUTES,
        WORDS,
    )


PERSON = st.lists(element(["name", "email", "uri", "url"]), max_size=3).map(
    lambda parts: f"<author>{''.join(parts)}</author>"
)
SPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "media": "http://search.yahoo.com/mrss/",
        "slash": "http://purl.org/rss/1.0/modules/slash/",
        "itunes": "http://www.itunes.com/DTDs/PodCast-1.0.dtd",
        "atom": "http://www.w3.org/2005/Atom",
        "x": "http://x.example/",
    }.items()
)


def feeds(
    names: list[str], entry: str, whole: Callable[[str], str], *more: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    inside = st.lists(st.one_of(element(names), *more), max_size=8).map("\n".join)
    entries = st.builds(
        lambda text, attributes: f"<{entry}{attributes}>{text}</{entry}>",
        inside,
        st.sampled_from(["", "", "", "", ' xml:lang="en"']),
    )
    head = st.lists(element([*names[:4], "language", "image"]), max_size=2).map("".join)
    return st.builds(
        lambda before, parts, after: whole(before + "".join(parts) + after),
        head,
        st.lists(entries, max_size=3),
        head,
    )


@settings(max_examples=600)
@given(
    feeds(RSS, "item", lambda text: f"<rss version='2.0' {SPACES}><channel>{text}</channel></rss>")
)
def test_on_rss_of_any_making_it_never_differs(feed: str) -> None:
    differs(feed.encode())


@settings(max_examples=600)
@given(
    feeds(
        ATOM,
        "entry",
        lambda text: (
            f"<feed xmlns='http://www.w3.org/2005/Atom' {SPACES} xml:lang='fr_FR'>{text}</feed>"
        ),
        PERSON,
    )
)
def test_on_atom_of_any_making_it_never_differs(feed: str) -> None:
    differs(feed.encode())


@pytest.mark.parametrize(
    "text",
    [
        "<rss><channel><item><title>Un <b>gras</b></title></item></channel></rss>",
        "<rss><channel><item><dc:title>Un</dc:title></item></channel></rss>",
        "<rss><channel><item><title>Un</title></channel></rss>",
        "<rss>" + "<channel>" * 5_000,
    ],
)
def test_what_it_does_not_know_it_declines(text: str) -> None:
    assert read_swiftly(text) is None


def test_it_would_be_caught(monkeypatch: Any) -> None:
    monkeypatch.setattr("digest.collect.swift._finished", lambda child: child.text or "")
    with pytest.raises(AssertionError):
        differs(b"<rss><channel><item><title> Un </title></item></channel></rss>")
