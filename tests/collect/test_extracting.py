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
    rows = "".join(f"<tr><td>{one}</td></tr>" for one in rest)
    return {
        "paragraphs": f"<article><h1>T</h1>{lead}{paragraphs}</article>",
        "most of it outside": f"<article><h1>T</h1>{lead}</article><div>{paragraphs}</div>",
        "two containers": f"<div class='entry-content'>{lead}</div><section>{paragraphs}</section>",
        "line breaks": f"<article><h1>T</h1>{'<br><br>'.join(rest)}</article>",
        "a table": f"<article><h1>T</h1><table>{rows}</table></article>",
        "blocks": "".join(f"<div>{one}</div>" for one in rest),
    }


@pytest.mark.parametrize("body", _pages().values(), ids=_pages())
def test_the_quick_way_changes_nothing(body: str) -> None:
    page = _PAGE.format(body)
    careful = bare_extraction(page, url=URL, favor_precision=True, include_comments=False)
    assert isinstance(careful, Document)
    assert extract(page, URL)["content"] == careful.text
