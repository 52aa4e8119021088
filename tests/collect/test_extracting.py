"""The quick way to read a page gives what the careful one does, or is not taken."""

import random

import pytest
from trafilatura import bare_extraction
from trafilatura.settings import Document

from digest.collect.extracting import extract

URL = "https://fleuve.example/1"
_TEXT = "le fleuve monte dans la ville et les habitants partent vers les collines voisines"
_PAGE = """<html><head><title>T</title><meta property="og:title" content="T">
<meta property="article:published_time" content="2026-11-24"></head><body>{}</body></html>"""


def _text(words: int, chance: random.Random) -> str:
    return " ".join(chance.choices(_TEXT.split(), k=words)).capitalize() + "."


def _pages() -> dict[str, str]:
    chance = random.Random(1)
    lead = "".join(f"<p>{_text(40, chance)}</p>" for _ in range(3))
    rest = [_text(50, chance) for _ in range(20)]
    paragraphs = "".join(f"<p>{one}</p>" for one in rest)
    blocks = "".join(f"<div>{one}</div>" for one in rest)
    items = "".join(f"<li>{one}</li>" for one in rest)
    rows = "".join(f"<tr><td>{one}</td></tr>" for one in rest)
    return {
        "paragraphs": f"<article><h1>T</h1>{lead}{paragraphs}</article>",
        "most of it outside": f"<article><h1>T</h1>{lead}</article><div>{paragraphs}</div>",
        "two containers": f"<div class='entry-content'>{lead}</div><section>{paragraphs}</section>",
        "line breaks": f"<article><h1>T</h1>{'<br><br>'.join(rest)}</article>",
        "a table": f"<article><h1>T</h1><table>{rows}</table></article>",
        "blocks below": f"<div>{lead}</div><div>{blocks}</div>",
        "line breaks below": f"<section>{lead}</section><div>{'<br><br>'.join(rest)}</div>",
        "a list below": f"<main>{lead}</main><ul>{items}</ul>",
        "blocks": blocks,
    }


_MENU = "<nav><ul>" + "<li><a href='/r'>Rubrique</a></li>" * 1_500 + "</ul></nav>"


@pytest.mark.parametrize("before", ["", _MENU], ids=["alone", "below a long menu"])
@pytest.mark.parametrize("body", _pages().values(), ids=_pages())
def test_the_quick_way_changes_nothing(body: str, before: str) -> None:
    page = _PAGE.format(before + body)
    careful = bare_extraction(page, url=URL, favor_precision=True, include_comments=False)
    assert isinstance(careful, Document)
    assert extract(page, URL)["content"] == careful.text


def _huge(
    *, before: str = "", after: str = "", head: str = "<title>Le fleuve monte</title>"
) -> str:
    text = f"{_text(40, random.Random(2))[:-1]} encore." * 10
    told = '<h1>Le fleuve monte</h1><time datetime="2026-11-24">24 novembre 2026</time>'
    body = f"{before}<article>{told}<p>{text}</p></article>{after}"
    return f"<html><head>{head}</head><body>{body}</body></html>"


def test_a_page_of_many_tags_has_a_title_and_a_date_though_its_head_names_none() -> None:
    found = extract(_huge(before=_MENU), URL)
    assert (found["title"], found["published"]) == ("Le fleuve monte", ["2026-11-24"])
    assert found["content"].endswith("encore.")


@pytest.mark.parametrize("tag", ["svg", "script", "style"])
def test_what_is_no_text_does_not_count_where_a_page_is_cut(tag: str) -> None:
    drawn = f"<{tag}>" + "<path/>" * 12_500 + f"</{tag}>"
    assert extract(_huge(before=drawn), URL)["content"].endswith("encore.")


def test_what_a_huge_page_says_of_itself_at_its_end_is_heard() -> None:
    said = '<script type="application/ld+json">{"@type":"NewsArticle","author":"Awa Diop"}</script>'
    rest = "<ul>" + "<li><a href='/r'>Rubrique</a></li>" * 3_500 + "</ul>"
    assert extract(_huge(after=rest + said), URL)["author"] == "Awa Diop"


def test_text_within_nested_lists_is_given_once() -> None:
    text = f"<ul><li>{'<ul><li>' * 9}<p>{_text(40, random.Random(3))}</p>"
    said = extract(_PAGE.format(text), URL)["content"].split()
    assert len(said) == 40


def test_a_page_of_which_the_rules_find_no_text_has_its_title_and_date() -> None:
    dated = "<time datetime='2026-11-20'>20 novembre 2026</time>"
    lines = "".join(f"<li>{_text(3, random.Random(one))}</li>" for one in range(6))
    page = f"<html><head><title>Le fleuve</title></head><body>{dated}<aside>{lines}</aside></body>"
    said = extract(page, URL)
    assert (said["title"], said["published"]) == ("Le fleuve", ["2026-11-20"])
