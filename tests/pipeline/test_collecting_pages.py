"""From a web page to stored articles: through its feed, or by its links."""

import pytest

from digest.pipeline import asking
from digest.pipeline.claiming import HostClaims
from digest.pipeline.sources import standing
from digest.storage.sources import source_state
from tests.pipeline.rooms import Room, counts, rss
from tests.servers.feeds import FeedServer

FEED = '<link rel="alternate" type="application/rss+xml" href="/feed" title="Actualités">'


def front(*titles: str, head: str = "") -> str:
    """A front page with a card for each title."""
    cards = "".join(
        f'<article><h2><a href="/2026/11/25/{title.lower().replace(" ", "-")}">{title}</a></h2>'
        '<time datetime="2026-11-25T10:00:00Z">25 novembre</time></article>'
        for title in titles
    )
    return (
        f"<!DOCTYPE html><html lang='fr'><head><title>Le Fleuve</title>{head}</head><body>"
        "<nav><a href='/a-propos-de-nous'>À propos de nous tous</a></nav>"
        f"<main>{cards}</main></body></html>"
    )


def paths(server: FeedServer) -> list[str]:
    asked = [one.path for one in server.asked]
    server.asked.clear()
    return asked


def test_the_feed_of_a_page_is_read_instead_and_asked_straight_away_from_then_on(
    room: Room, server: FeedServer
) -> None:
    server.asked.clear()
    server.gives("/feed", rss(("a", "Un"), ("b", "Deux")), headers={"ETag": '"v1"'})
    room.source(page=server.gives("/", front("Un autre titre", head=FEED)))
    assert counts(room.collect()["fleuve"]) == (2, 2, 0, 0)
    assert paths(server) == ["/", "/feed"]
    assert counts(room.collect()["fleuve"]) == (0, 0, 0, 0)
    assert server.asked[0].headers["If-None-Match"] == '"v1"'
    assert paths(server) == ["/feed"]


def test_when_the_feed_of_a_page_dies_its_links_are_followed(
    room: Room, server: FeedServer
) -> None:
    server.gives("/feed", rss(("a", "Un")))
    room.source(page=server.gives("/", front("La crue a repris", head=FEED)))
    room.collect()
    server.gives("/feed", status=410)
    paths(server)
    report = room.collect()["fleuve"]
    assert paths(server) == ["/feed", "/"]
    assert (counts(report), report.error) == ((1, 1, 0, 0), "")
    assert report.notes == (
        f"{server.url}/feed: the server answered 410 Gone; its links were followed instead",
    )
    assert [article.title for article in room.articles()] == ["Un", "La crue a repris"]
    server.gives("/feed", rss(("a", "Un"), ("c", "Trois")))
    assert counts(room.collect()["fleuve"]) == (2, 1, 0, 1)


def test_a_feed_whose_place_a_web_page_takes_is_found_again(room: Room, server: FeedServer) -> None:
    server.gives("/feed", rss(("a", "Un")))
    room.source(page=server.gives("/", front("La crue a repris", head=FEED)))
    room.collect()
    server.gives("/", front("La crue a repris", head=FEED.replace("/feed", "/rss")))
    server.redirects("/feed", f"{server.url}/", status=301)
    server.gives("/rss", rss(("a", "Un"), ("b", "Deux")))
    assert counts(room.collect()["fleuve"]) == (2, 1, 0, 1)
    paths(server)
    room.collect()
    assert paths(server) == ["/rss"]


def test_a_web_page_in_place_of_a_feed_is_told_when_nothing_else_is_found(
    room: Room, server: FeedServer
) -> None:
    server.gives("/feed", rss(("a", "Un")))
    home = front("La crue a repris", head=FEED)
    room.source(page=server.gives("/", home, headers={"ETag": '"page"'}))
    room.collect()
    server.gives("/feed", front("Le riz manque", head=FEED.replace("/feed", "/gone")))
    assert room.collect()["fleuve"].notes == (
        f"{server.url}/feed: a web page stands there now; its links were followed instead",
    )
    server.gives("/feed", rss(("a", "Un"), ("b", "Deux")))
    assert counts(room.collect()["fleuve"]) == (2, 1, 0, 1)


def test_a_page_that_stays_the_same_does_not_hide_that_its_feed_is_back(
    room: Room, server: FeedServer
) -> None:
    server.gives("/feed", status=503)
    headers = {"ETag": '"page"', "Last-Modified": "Wed, 25 Nov 2026 10:00:00 GMT"}
    room.source(page=server.gives("/", front("La crue a repris", head=FEED), headers=headers))
    assert counts(room.collect()["fleuve"]) == (1, 1, 0, 0)
    server.gives("/feed", rss(("a", "Un"), ("b", "Deux")))
    assert counts(room.collect()["fleuve"]) == (2, 2, 0, 0)


def test_a_feed_whose_host_another_run_asks_is_no_failure(
    room: Room, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_TRIES", 1)
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    head = FEED.replace("/feed", f"{elsewhere}/feed")
    room.source(page=server.gives("/", front("La crue a repris", head=head)))
    with HostClaims(room.newsroom()) as other:
        with room.database.write() as connection:
            other.take(connection, [elsewhere.removeprefix("http://")])
        report = room.collect()["fleuve"]
    assert (report.notes, report.error) == (("another run asks its host now",), "")
    with room.database.read() as connection:
        assert source_state(connection, "fleuve").checked_at is None


def test_the_links_of_a_page_are_articles_once(room: Room, server: FeedServer) -> None:
    url = server.gives("/", front("La crue a repris", "Le riz manque encore"))
    room.source(page=url)
    assert counts(room.collect()["fleuve"]) == (2, 2, 0, 0)
    assert counts(room.collect()["fleuve"]) == (2, 0, 0, 2)
    first = room.articles()[0]
    assert (first.title, first.url) == (
        "La crue a repris",
        f"{server.url}/2026/11/25/la-crue-a-repris",
    )
    assert first.published.raw == "2026-11-25T10:00:00Z"


def test_validators_of_the_feed_are_not_shown_to_the_page(room: Room, server: FeedServer) -> None:
    headers = {"ETag": '"v1"'}
    server.gives("/feed", rss(("a", "Un")), headers=headers)
    room.source(page=server.gives("/", front("La crue a repris", head=FEED)))
    room.collect("fleuve")
    server.gives("/feed", status=500)
    server.gives("/", status=500)
    assert room.collect("fleuve")["fleuve"].error == "the server answered 500 Internal Server Error"
    server.gives("/", front("La crue a repris"), headers=headers)
    assert counts(room.collect("fleuve")["fleuve"]) == (1, 1, 0, 0)


def test_a_page_that_leads_to_nothing_says_what_to_do(room: Room, server: FeedServer) -> None:
    room.source(
        page=server.gives("/", "<html><title>Accueil</title><a href='/contact'>Contact</a>")
    )
    assert room.collect()["fleuve"].error == (
        "the page ('Accueil') leads to no articles: none of its links (1) looks like an "
        "article's; name its list of articles, its feed or its sitemap instead"
    )


def test_a_feed_of_another_host_that_leads_inside_is_refused(
    room: Room, server: FeedServer
) -> None:
    inside = FEED.replace("/feed", "http://10.0.0.1/feed")
    room.source(page=server.gives("/", front("La crue a repris", head=inside)))
    report = room.collect()["fleuve"]
    assert (report.new, report.notes) == (
        1,
        (
            "http://10.0.0.1/feed: http://10.0.0.1/robots.txt can't be had (refused to dial: "
            "10.0.0.1 is not a public address): not asked for now; "
            "its links were followed instead",
        ),
    )


def test_an_address_that_becomes_a_page_in_schedule_yaml_is_asked_at_once(
    room: Room, server: FeedServer
) -> None:
    url = server.gives("/", front("La crue a repris"))
    room.feed(url)
    assert room.collect()["fleuve"].error.startswith("a web page ('Le Fleuve')")
    room.sources.clear()
    room.source(page=url)
    assert standing(room.newsroom())[0].error == ""
    assert counts(room.collect()["fleuve"]) == (1, 1, 0, 0)
