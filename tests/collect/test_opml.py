"""Lists of feeds, as feed readers exchange them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.opml import Outline, read_opml, write_opml

NESTED = """<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.0"><head><title>Mes flux</title></head><body>
 <outline text="Afrique"><outline title="Sahel" text="x">
  <outline type="rss" text="L'&#233;t&#233;" title="" xmlUrl=" https://ete.example/rss "/></outline>
  <outline text="Le Fleuve &amp; nous" xmlurl="feed://fleuve.example/rss" language="fr-FR"/>
 </outline>
 <outline text="a page" htmlUrl="https://page.example/"/>
 <outline text="Tête" xmlUrl="feed:https://t.example/rss"/>
</body></opml>"""


def test_all_feeds_are_found_however_deep() -> None:
    assert read_opml(NESTED.encode("latin-1")) == (
        Outline(url="https://ete.example/rss", title="L'été"),
        Outline(url="https://fleuve.example/rss", title="Le Fleuve & nous", language="fr"),
        Outline(url="https://t.example/rss", title="Tête"),
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "line 1: no element found"),
        ("<html></html>", "begins with <html>"),
        ("<opml><outline></opml>", "line 1: mismatched tag"),
        ("<!DOCTYPE opml SYSTEM 'file:///etc/passwd'><opml/>", "document type"),
        ("<!DOCTYPE o [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><opml t='&b;'/>", "document type"),
        ("<opml>" + "<outline>" * 100_000, "deeper than 50 levels"),
        ("<opml>" + " " * 10_000_000, "larger than 10 MB"),
        ("<?xml version='1.0' encoding='nonsense'?><opml/>", "nonsense|encoding"),
        ("<opml><outline xmlUrl='https://x.example/?a&b'/></opml>", "line 1"),
    ],
)
def test_what_is_no_list_or_hostile_is_refused_at_once(content: str, why: str) -> None:
    began = time.monotonic()
    with pytest.raises(ValueError, match=why):
        read_opml(content.encode())
    assert time.monotonic() - began < 5


_LINES = st.text(st.characters(categories=("L", "N", "P", "S")), max_size=60)


@given(title=_LINES, titles=st.lists(_LINES, max_size=5))
def test_what_is_written_is_read_again(title: str, titles: list[str]) -> None:
    plain = [one.replace("<", "").replace("&", "+").replace(">", "") for one in titles]
    outlines = tuple(
        Outline(url=f"https://x.example/{number}?a=1&b=2", title=one, language="fr")
        for number, one in enumerate(plain)
    )
    read = read_opml(write_opml(title, outlines).encode())
    assert [one.url for one in read] == [one.url for one in outlines]
    assert {one.language for one in read} <= {"fr"}


def test_titles_are_kept_with_their_signs() -> None:
    one = Outline(url="https://x.example/", title='L\'« été » "& nous"', language="fr")
    assert read_opml(write_opml("x < y & z", [one]).encode()) == (one,)
