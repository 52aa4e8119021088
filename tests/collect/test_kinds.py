"""Pages, sitemaps and WordPress sites, good and bad: each case is a file in tests/data/collect."""

import gzip
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.items import Item
from digest.collect.kinds import READERS
from digest.collect.link_pages import MOST
from digest.collect.readings import Reading
from digest.collect.repair import NEWEST
from digest.collect.worker import Worker
from tests.collect.cases import Case, cases

URL = "https://fleuve.example/"


@pytest.fixture(scope="module")
def parser() -> Iterator[Worker]:
    with Worker() as worker:
        worker.run("links", "<p>")
        yield worker


def read(kind: str, raw: bytes, parser: Worker, url: str = URL, **how: Any) -> Reading:
    answer = Answer(request=Request(url=url), verdict=Verdict.CONTENT, url=url, body=raw, **how)
    return READERS[kind](answer, parser)


def check(case: Case, kind: str, parser: Worker) -> None:
    """Compare what is read in a case with what it says of it."""
    said = case.expected or {}
    how = {name: said[name] for name in ("url", "links") if name in said}
    reading = read(kind, case.raw, parser, **how)
    assert reading.error == said.get("error", "")
    assert list(reading.notes) == said.get("notes", [])
    check_follow(reading, said)
    if "items" in said or not reading.follow:
        shown = [seen(item, said) for item in reading.items]
        wanted = said.get("items", [])
        assert [
            {name: item[name] for name in one} for item, one in zip(shown, wanted, strict=False)
        ] == wanted
        assert len(shown) == len(wanted)


def check_follow(reading: Reading, said: Mapping[str, Any]) -> None:
    if "follow_begins" in said or "follow_ends" in said:
        assert reading.follow.startswith(said.get("follow_begins", ""))
        assert reading.follow.endswith(said.get("follow_ends", ""))
    else:
        assert reading.follow == said.get("follow", "")
    assert reading.otherwise == said.get("otherwise", reading.otherwise)


def seen(item: Item, said: Mapping[str, Any]) -> dict[str, Any]:
    """Give an item's fields in the words of a case file."""
    home = "/".join(said.get("url", URL).split("/")[:3])
    return vars(item) | {
        "path": item.url.removeprefix(home),
        "date": next(iter(item.published), ""),
        "marks": sorted(mark.value for mark in item.marks),
    }


@pytest.mark.parametrize("case", cases("page"))
def test_a_page_gives_what_its_case_says(case: Case, parser: Worker) -> None:
    check(case, "page", parser)


@pytest.mark.parametrize("case", cases("sitemaps"))
def test_a_sitemap_gives_what_its_case_says(case: Case, parser: Worker) -> None:
    check(case, "sitemap", parser)


@pytest.mark.parametrize("case", cases("wordpress"))
def test_a_wordpress_site_gives_what_its_case_says(case: Case, parser: Worker) -> None:
    check(case, "wordpress", parser)


def page(body: str) -> bytes:
    return f"<!DOCTYPE html><html lang='fr'><title>x</title><body>{body}</body></html>".encode()


def test_of_10_000_links_the_first_100_articles_are_taken(parser: Worker) -> None:
    cards = "".join(
        f"<h2><a href='/2026/11/un-article-{n}'>L’article numéro {n}</a></h2>"
        for n in range(10_000)
    )
    reading = read("page", page(cards), parser)
    assert [item.title for item in reading.items] == [f"L’article numéro {n}" for n in range(MOST)]


ONE = "<h2><a href='/2026/11/un-seul-article'>Un seul article</a></h2>"
MONSTERS = {
    "20,000 deep": "<div>" * 20_000 + ONE + "</div>" * 20_000,
    "50,000 attributes": f"<div {' '.join(f'a{n}=1' for n in range(50_000))}>{ONE}</div>",
    "50,000 dates": ONE + "<time datetime='2026-11-28'>hier</time>" * 50_000,
    "50,000 unclosed headings": ONE + "<h3>" * 50_000,
    "50,000 deep dates": ONE + "<span class='date'>28 novembre 2026" * 50_000,
    "one word of 2 MB": ONE + "a" * 2_000_000,
    "a class of 2 MB": f"{ONE}<div class='{'has-' * 500_000}'></div>",
    "an address of 2 MB": f"{ONE}<a href='/{'-2026/11' * 250_000}'>Un lien fort long</a>",
    "only <": ONE + "<" * 500_000,
}


@pytest.mark.parametrize("body", MONSTERS.values(), ids=MONSTERS)
def test_a_monstrous_page_costs_little_time(parser: Worker, body: str) -> None:
    begun = time.monotonic()
    reading = read("page", page(body), parser)
    assert time.monotonic() - begun < 4  # about one on a quiet machine
    assert [item.title for item in reading.items] == ["Un seul article"]


def sitemap(count: int) -> bytes:
    urls = "".join(
        f"<url><loc>https://fleuve.example/actu/un-bel-article-de-{n}</loc>"
        f"<lastmod>{2000 + n // 2_500}-11-{n % 28 + 1:02}</lastmod></url>"
        for n in range(count)
    )
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>".encode()


def test_of_50_000_addresses_the_newest_5_000_are_taken_and_said(parser: Worker) -> None:
    begun = time.monotonic()
    reading = read("sitemap", sitemap(50_000), parser)
    assert time.monotonic() - begun < 12  # a third of it on a quiet machine
    assert len(reading.items) == NEWEST
    assert reading.notes == ("the sitemap has 50,000 articles: the newest 5,000 were taken",)
    assert min(item.published for item in reading.items) == ("2018-11-01",)


def test_a_gzipped_sitemap_is_unpacked(parser: Worker) -> None:
    packed = gzip.compress(sitemap(60))
    assert len(read("sitemap", packed, parser).items) == 60
    assert read("sitemap", packed[:-200], parser).notes == ("the answer is broken off",)
    assert read("sitemap", b"\x1f\x8bnothing", parser).error == "the answer is empty"


def test_a_sitemap_that_unpacks_without_end_is_cut(parser: Worker) -> None:
    bomb = gzip.compress(sitemap(60)[:-9] + b" " * 40_000_000 + b"</urlset>")
    reading = read("sitemap", bomb, parser)
    assert (len(reading.items), reading.notes) == (60, ("the answer is larger than 16 MB",))


def test_one_date_for_all_addresses_is_no_date(parser: Worker) -> None:
    alike = sitemap(60)
    for n in range(1, 29):
        alike = alike.replace(f"2000-11-{n:02}".encode(), b"2026-11-28")
    assert "dates none of its 60 articles" in read("sitemap", alike, parser).error


def test_a_page_of_posts_that_is_full_leads_to_older_ones(parser: Worker) -> None:
    url = "https://fleuve.example/wp-json/wp/v2/posts?per_page=50&page=2"
    posts = ",".join(f'{{"id": {n}, "title": "t{n}", "link": "/{n}"}}' for n in range(50))
    assert read("wordpress", f"[{posts}]".encode(), parser, url).more.endswith("per_page=50&page=3")
    assert read("wordpress", b'[{"id": 1}]', parser, url).more == ""
