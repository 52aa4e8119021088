"""What is read in an article's page: each case is a file in tests/data/collect/pages."""

import time
from collections.abc import Iterator

import pytest

from digest.collect.charset import decode
from digest.collect.drops import page_item
from digest.collect.entries import Origin, text_entry_of
from digest.collect.page_heads import head_of
from digest.collect.page_locks import why_partial
from digest.collect.page_pictures import lead_picture
from digest.collect.worker import Worker
from tests.collect.cases import NOW, Case, cases, check

BASE = "https://presse.example/gao"


@pytest.fixture(scope="module")
def parser() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


@pytest.mark.parametrize("case", cases("pages"))
def test_a_page_gives_what_its_case_says(case: Case, parser: Worker) -> None:
    item, partial = page_item(parser.run("page", decode(case.raw), base=BASE), url=BASE)
    entry = text_entry_of(item, Origin(source="presse", base=BASE), key=BASE, seen_at=NOW)
    assert entry
    expected = dict(case.expected)
    assert partial == expected.pop("partial", "")
    check(entry, expected)


def test_a_page_of_20_000_elements_within_elements_is_read_in_a_second(parser: Worker) -> None:
    text = "<p>Le maire de Gao a rouvert lundi le marché au bétail de la ville.</p>" * 10
    parser.run("page", text)  # the process is there
    begun = time.monotonic()
    values = parser.run("page", "<title>Gao</title>" + "<div>" * 20_000 + text)
    assert time.monotonic() - begun < 3  # under one on a quiet machine
    assert "rouvert lundi" in values["content"]


@pytest.mark.parametrize(
    "piece",
    [
        "<meta ",
        "<meta name='a' content='",
        '<link rel=canonical rel=canonical href="',
        "<script type=application/ld+json>",
        "<script type=application/ld+json>{</script>",
        "<html lang=",
        "<article><img src=a alt='",
        "<figure><img src=https://a.example/b.jpg><figcaption>",
        "<link rel=canonical ",
        "rel=canonical ",
        "<meta name=a content=b ",
    ],
)
def test_a_hostile_head_costs_little_time(piece: str) -> None:
    page = piece * (2_000_000 // len(piece))
    begun = time.process_time()
    head = head_of(page)
    lead_picture(page, head)
    why_partial(page, head, "")
    assert time.process_time() - begun < 3  # under one on a quiet machine
