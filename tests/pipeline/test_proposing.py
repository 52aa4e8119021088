"""What is behind an address that an editor gives."""

from collections.abc import Iterator
from functools import partial

import pytest

from digest.collect.answers import LOOPBACK
from digest.collect.fetch import fetch
from digest.collect.worker import Worker
from digest.pipeline.enlisting import entry, free_name, known_as
from digest.pipeline.proposing import Proposal, propose
from digest.schedule.values import Source
from tests.conftest import NOW
from tests.pipeline.rooms import rss
from tests.servers.feeds import FeedServer, serving_feeds

FEED = rss(("a", "Le blocus de la ville se poursuit"), ("b", "La crue du fleuve menace"))


@pytest.fixture(scope="module")
def parser() -> Iterator[Worker]:
    with Worker() as worker:
        yield worker


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with serving_feeds() as server:
        yield server


def look(url: str, parser: Worker) -> Proposal:
    return propose(url, partial(fetch, permitted=LOOPBACK), parser, now=NOW)


def page(*hrefs: str) -> str:
    links = (f"<link rel=alternate type=application/rss+xml href='{one}'>" for one in hrefs)
    return f"<html><head><title>Accueil</title>{''.join(links)}</head>"


def test_a_feed_is_itself(server: FeedServer, parser: Worker) -> None:
    [one] = look(server.gives("/rss", FEED), parser).candidates
    assert (one.title, one.language, one.found) == ("Le Fleuve", "fr", 2)
    assert [shown.whole for shown in one.entries] == [False, False]
    assert one.entries[0].at is not None
    assert len(server.asked) == 1


def test_full_texts_and_missing_dates_are_told(server: FeedServer, parser: Worker) -> None:
    whole = FEED.replace("Un texte sur", "Le fleuve monte encore. " * 80).replace("pubDate", "x")
    [one] = look(server.gives("/rss", whole), parser).candidates
    assert one.whole == 2
    assert [shown.at for shown in one.entries] == [None, None]


def test_a_page_leads_to_the_feeds_that_it_names(server: FeedServer, parser: Worker) -> None:
    server.gives("/", page("/empty", "/rss", "/gone"))
    server.gives("/empty", rss())
    server.gives("/rss", FEED)
    found = look(f"{server.url}/", parser)
    assert [one.url for one in found.candidates] == [f"{server.url}/rss", f"{server.url}/empty"]
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "place", ["/feed/", "/rss.xml", "/spip.php?page=backend", "/?feed=rss2", "/afrique/feed/"]
)
def test_a_page_that_names_none_is_searched_in_the_usual_places(
    server: FeedServer, parser: Worker, place: str
) -> None:
    server.gives("/afrique", page())
    server.gives(place, FEED)
    [one] = look(f"{server.url}/afrique", parser).candidates
    assert one.url == server.url + place
    assert len(server.asked) <= 9


def test_where_there_is_none_is_said_with_what_was_asked(
    server: FeedServer, parser: Worker
) -> None:
    found = look(server.gives("/", page()), parser)
    assert not found.candidates
    assert "a web page ('Accueil')" in found.error
    assert len(found.asked) == len(server.asked) - 1
    gone = look(f"{server.url}/none", parser)
    assert gone.error == "the server answered 404 Not Found"


def test_a_page_without_a_feed_is_followed_by_its_links(server: FeedServer, parser: Worker) -> None:
    titles = ("La crue a repris à Gao", "Le port de Mopti est rouvert", "Niamey attend la pluie")
    links = "".join(
        f"<article><h2><a href='/2026/11/2{day}/article-{day}'>{title}</a></h2></article>"
        for day, title in enumerate(titles)
    )
    [one] = look(server.gives("/", f"{page()}<main>{links}</main>"), parser).candidates
    assert (one.kind, one.url, one.found) == ("page", f"{server.url}/", 3)
    assert [shown.title for shown in one.entries] == list(reversed(titles))
    known = Source(name="accueil", page=one.url)
    assert known_as((known,), f"{server.url}/?utm_source=x") is known


def test_what_moved_for_good_is_taken_where_it_is_now(server: FeedServer, parser: Worker) -> None:
    server.gives("/rss", FEED)
    [one] = look(server.redirects("/old", "/rss"), parser).candidates
    assert one.url == f"{server.url}/rss"


def test_a_page_can_not_lead_inside(server: FeedServer, parser: Worker) -> None:
    found = propose(server.gives("/rss", FEED), fetch, parser, now=NOW)
    assert "not a public address" in found.error
    assert not server.asked


def test_a_name_is_made_of_the_title_or_the_host() -> None:
    url = "https://www.fleuve.example/rss"
    assert free_name("L'Été – du Sahel", url, ()) == "l-ete-du-sahel"
    assert free_name("أخبار", url, ()) == "fleuve-example"
    assert free_name("RFI", url, ("rfi", "rfi-2")) == "rfi-3"
    long = free_name("Agence nationale de presse et de communication du fleuve", url, ())
    assert long == "agence-nationale-de-presse-et-de"
    assert free_name("x" * 70, url, ()) == "x" * 40


def test_a_source_is_known_by_its_address_however_it_is_spelled() -> None:
    rfi = Source(name="rfi", feed="https://rfi.example/rss")
    inbox = Source(name="inbox", folder="inbox")
    assert known_as((inbox, rfi), "http://www.rfi.example/rss/?utm_source=x") is rfi
    assert known_as((inbox, rfi), "https://rfi.example/rss2") is None


def test_an_entry_leaves_out_what_is_empty() -> None:
    written = entry("feed", "https://x.example/", name="x", title="", language="fr")
    assert list(written) == ["name", "feed", "language"]
