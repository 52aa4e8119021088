"""From a sitemap or a WordPress site to stored articles: what is followed, and how far."""

import gzip
import json

import pytest

from digest.model.article import Mark
from digest.pipeline.sources import standing
from digest.storage.sources import source_state
from tests.pipeline.rooms import Room, counts, rss
from tests.servers.feeds import FeedServer

API = "/wp-json/wp/v2/posts"
ASKED = "?per_page=50&_embed=author,wp:featuredmedia&_fields=" + (
    "id,date_gmt,guid,link,title,excerpt,content,_links,_embedded"
)
HOME = '<html><head><link rel="https://api.w.org/" href="/wp-json/">{}</head><body></body></html>'
FEED = '<link rel="alternate" type="application/rss+xml" href="/feed/">'


@pytest.fixture(autouse=True)
def _unasked(server: FeedServer) -> None:
    server.asked.clear()
    server.pages.clear()


def paths(server: FeedServer) -> list[str]:
    asked = [one.path.partition("&_fields")[0] for one in server.asked]
    server.asked.clear()
    return asked


def index(server: FeedServer, *names: str) -> str:
    parts = "".join(f"<sitemap><loc>{server.url}/{name}</loc></sitemap>" for name in names)
    return f"<sitemapindex>{parts}</sitemapindex>"


def urlset(server: FeedServer, *days: int) -> bytes:
    urls = "".join(
        f"<url><loc>{server.url}/actu/la-crue-du-{day}-novembre</loc>"
        f"<lastmod>2026-11-{day:02}</lastmod></url>"
        for day in days
    )
    return f"<urlset>{urls}</urlset>".encode()


def post(number: int) -> dict[str, object]:
    return {
        "id": number,
        "date_gmt": "2026-11-25T10:00:00",
        "guid": {"rendered": f"https://fleuve.example/?p={number}"},
        "link": f"https://fleuve.example/{number}",
        "title": {"rendered": f"Billet {number}"},
        "content": {"rendered": f"<p>Le texte du billet {number}.</p>", "protected": False},
        "_embedded": {"author": [{"name": "Aminata Coulibaly"}]},
    }


def posts(*numbers: int) -> str:
    return json.dumps([post(number) for number in numbers])


# --- sitemaps ---------------------------------------------------------------------------


def test_the_newest_part_of_an_index_is_read_each_time(room: Room, server: FeedServer) -> None:
    headers = {"ETag": '"index"'}
    url = server.gives("/sitemap.xml", index(server, "s-1.xml", "s-2.xml.gz"), headers=headers)
    server.gives("/s-1.xml", urlset(server))
    server.gives("/s-2.xml.gz", gzip.compress(urlset(server, 24, 25)))
    room.source(sitemap=url)
    assert counts(room.collect()["fleuve"]) == (2, 2, 0, 0)
    assert paths(server) == ["/sitemap.xml", "/s-2.xml.gz", "/s-1.xml"]
    server.gives("/s-2.xml.gz", gzip.compress(urlset(server, 24, 25, 26)))
    assert counts(room.collect()["fleuve"]) == (3, 1, 0, 2)
    last = room.articles()[-1]
    assert (last.title, list(last.marks)) == ("La crue du 26 novembre", [Mark.TITLE_ONLY])


def test_what_a_part_got_before_a_newer_one_began_is_not_lost(
    room: Room, server: FeedServer
) -> None:
    url = server.gives("/sitemap.xml", index(server, "s-24.xml"))
    server.gives("/s-24.xml", urlset(server, 23))
    room.source(sitemap=url)
    assert counts(room.collect()["fleuve"]) == (1, 1, 0, 0)
    server.gives("/s-24.xml", urlset(server, 23, 24))
    server.gives("/s-25.xml", urlset(server, 25))
    server.gives("/sitemap.xml", index(server, "page-26.xml", "s-24.xml", "s-25.xml"))
    assert counts(room.collect()["fleuve"]) == (3, 2, 0, 1)
    paths(server)
    server.gives("/s-25.xml", urlset(server, 25, 26))
    assert counts(room.collect()["fleuve"]) == (2, 1, 0, 1)
    assert paths(server) == ["/sitemap.xml", "/s-25.xml"]


def test_an_index_that_leads_in_circles_ends_in_words(room: Room, server: FeedServer) -> None:
    room.source(sitemap=server.gives("/a.xml", index(server, "b.xml")))
    server.gives("/b.xml", index(server, "a.xml"))
    assert room.collect()["fleuve"].error.startswith(f"{server.url}/a.xml: it leads back to itself")
    assert len(paths(server)) == 2


def test_a_part_of_an_index_that_is_missing_is_named(room: Room, server: FeedServer) -> None:
    room.source(sitemap=server.gives("/a.xml", index(server, "b.xml")))
    assert room.collect()["fleuve"].error == (
        f"{server.url}/b.xml: the server answered 404 Not Found; "
        "it is the newest part of the sitemap"
    )


def test_a_sitemap_that_did_not_change_is_not_read_again(room: Room, server: FeedServer) -> None:
    headers = {"ETag": '"v1"'}
    room.source(sitemap=server.gives("/news.xml", urlset(server, 25), headers=headers))
    assert counts(room.collect()["fleuve"]) == (1, 1, 0, 0)
    assert counts(room.collect()["fleuve"]) == (0, 0, 0, 0)


# --- WordPress --------------------------------------------------------------------------


def test_the_posts_of_a_site_come_whole_and_are_asked_straight_away_from_then_on(
    room: Room, server: FeedServer
) -> None:
    room.source(wordpress=server.gives("/", HOME.format(FEED)))
    server.gives(API + ASKED, posts(2, 1))
    assert counts(room.collect()["fleuve"]) == (2, 2, 0, 0)
    assert counts(room.collect()["fleuve"]) == (0, 0, 0, 0)
    rest = f"{API}?per_page=50&_embed=author,wp:featuredmedia"
    assert paths(server) == ["/", rest, rest]
    article = min(room.articles(), key=lambda one: one.title)
    assert (article.title, article.author) == ("Billet 1", "Aminata Coulibaly")
    assert (article.body, list(article.marks)) == ("Le texte du billet 1.", [])


def test_older_posts_are_asked_only_as_far_as_new(room: Room, server: FeedServer) -> None:
    room.source(wordpress=f"{server.url}/wp-json/")
    server.gives(API + ASKED, posts(*range(150, 100, -1)))
    server.gives(f"{API}{ASKED}&page=2", posts(*range(100, 50, -1)))
    server.gives(f"{API}{ASKED}&page=3", status=400)
    assert counts(room.collect()["fleuve"]) == (100, 100, 0, 0)
    assert len(paths(server)) == 3
    server.gives(API + ASKED, posts(*range(151, 101, -1)))
    assert counts(room.collect()["fleuve"]) == (50, 1, 0, 49)
    assert len(paths(server)) == 1


def test_older_posts_that_fail_cost_the_newer_ones_nothing(room: Room, server: FeedServer) -> None:
    room.source(wordpress=f"{server.url}/wp-json/")
    server.gives(API + ASKED, posts(*range(50)))
    report = room.collect()["fleuve"]
    assert (report.new, report.error) == (50, "")
    assert report.notes == ("older entries can't be read: the server answered 404 Not Found",)


@pytest.mark.parametrize("status", [401, 404])
def test_an_interface_that_is_switched_off_is_told_with_the_feed(
    room: Room, server: FeedServer, status: int
) -> None:
    room.source(wordpress=server.gives("/", HOME.format(FEED)))
    server.gives(API + ASKED, status=status)
    error = room.collect()["fleuve"].error
    assert error.startswith(f"{server.url}{API}: the server answered {status}")
    assert error.endswith(
        "its WordPress REST interface is switched off or not for everybody; "
        f"use its feed, {server.url}/feed/: write it as 'feed'"
    )


def test_a_server_in_trouble_does_not_count_as_switched_off(room: Room, server: FeedServer) -> None:
    room.source(wordpress=server.gives("/", HOME.format(FEED)))
    server.gives(API + ASKED, status=503)
    error = room.collect()["fleuve"].error
    assert error == f"{server.url}{API}: the server answered 503 Service Unavailable"


def test_an_interface_that_moved_is_found_again(room: Room, server: FeedServer) -> None:
    room.source(wordpress=server.gives("/", HOME.format("")))
    server.gives(API + ASKED, posts(1))
    room.collect()
    del server.pages[API + ASKED]
    moved = "/blog/wp-json/wp/v2/posts" + ASKED
    server.gives(moved, posts(2, 1))
    server.gives("/", HOME.replace("/wp-json/", "/blog/wp-json/").format(""))
    assert counts(room.collect()["fleuve"]) == (2, 1, 0, 1)
    with room.database.read() as connection:
        assert source_state(connection, "fleuve").found == server.url + moved


# --- all kinds --------------------------------------------------------------------------


def test_what_was_found_is_forgotten_with_another_address(room: Room, server: FeedServer) -> None:
    room.source(wordpress=server.gives("/", HOME.format("")))
    server.gives(API + ASKED, posts(1))
    room.collect()
    room.sources.clear()
    room.feed(server.gives("/feed", rss(("a", "Un"))))
    paths(server)
    assert room.collect()["fleuve"].new == 1
    assert paths(server) == ["/feed"]


def test_each_source_says_its_kind(room: Room) -> None:
    for kind in ("feed", "page", "sitemap", "wordpress"):
        room.source(name=kind, **{kind: "https://fleuve.example/"})
    assert [one.kind for one in standing(room.newsroom())] == [
        "feed",
        "page",
        "sitemap",
        "wordpress",
    ]
