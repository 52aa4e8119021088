"""From a feed to stored articles: what is new, changed, the same, or no feed at all."""

from datetime import timedelta
from typing import Any

import pytest

from digest.model.article import Precision
from digest.pipeline.sources import standing
from digest.schedule.values import Source
from digest.storage.articles import versions
from digest.storage.sources import source_state
from tests.conftest import NOW
from tests.pipeline.rooms import Room, counts, rss
from tests.servers.feeds import FeedServer


def test_a_feed_is_collected_once(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/once", rss(("a", "Un"), ("b", "Deux"))))
    assert counts(room.collect()["fleuve"]) == (2, 2, 0, 0)
    room.now += timedelta(days=1)
    server.gives("/once", rss(("a", "Un"), ("b", "Deux")) + " ")
    assert counts(room.collect()["fleuve"]) == (2, 0, 0, 2)
    assert [article.title for article in room.articles()] == ["Un", "Deux"]


def test_an_unchanged_feed_is_not_read_again(room: Room, server: FeedServer) -> None:
    headers = {"ETag": '"v1"'}
    room.feed(server.gives("/same", rss(("a", "Un")), headers=headers))
    room.collect()
    assert counts(room.collect()["fleuve"]) == (0, 0, 0, 0)
    assert server.asked[-1].headers["If-None-Match"] == '"v1"'
    assert len(room.articles()) == 1


def test_a_changed_article_is_updated_and_its_former_text_kept(
    room: Room, server: FeedServer
) -> None:
    url = server.gives("/change", rss(("a", "Un")))
    room.feed(url)
    room.collect()
    room.now += timedelta(days=1)
    changed = rss(("a", "Un")).replace("Un texte sur", "Un meilleur texte sur")
    server.gives("/change", changed)
    assert counts(room.collect()["fleuve"]) == (1, 0, 1, 0)
    (article,) = room.articles()
    assert article.description == "Un meilleur texte sur Un."
    assert (article.first_seen_at, article.updated_at) == (NOW, room.now)
    with room.database.read() as connection:
        (version,) = versions(connection, article.id)
    assert (version.description, version.replaced_at) == ("Un texte sur Un.", room.now)


def test_markup_that_changes_at_every_fetch_is_no_change(room: Room, server: FeedServer) -> None:
    url = server.gives("/noise", rss(("a", "Un")))
    room.feed(url)
    room.collect()
    noise = "Un &lt;img src='https://pixel.example/?2' width='1'&gt;texte sur"
    server.gives("/noise", rss(("a", "Un")).replace("Un texte sur", noise))
    assert counts(room.collect()["fleuve"]) == (1, 0, 0, 1)
    assert room.former(1) == []


def test_one_article_in_two_feeds_is_one_article(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/one", rss(("a", "Un"))))
    twin = rss(("a?utm_source=rss", "Un titre retouché")).replace("https://", "http://www.")
    room.feed(server.gives("/two", twin), name="reprise")
    for end in ("", " "):
        server.gives("/two", twin + end)
        reports = room.collect()
        assert [article.title for article in room.articles()] == ["Un"]
    assert counts(reports["reprise"]) == (1, 0, 0, 1)
    assert room.former(1) == []


def test_a_date_of_first_sight_does_not_move(room: Room, server: FeedServer) -> None:
    url = server.gives("/dateless", rss(("a", "Un")).replace("pubDate", "nothing"))
    room.feed(url)
    room.collect()
    room.now += timedelta(days=3)
    server.gives("/dateless", rss(("a", "Un retouché")).replace("pubDate", "nothing"))
    assert room.collect()["fleuve"].changed == 1
    (article,) = room.articles()
    assert article.published.at == NOW
    assert article.published.precision is Precision.FIRST_SEEN


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"body": "<!DOCTYPE html><title>Accueil</title>"}, "a web page ('Accueil')"),
        ({"body": "<html><title>Just a moment...</title>"}, "blocked"),
        ({"body": ""}, "the answer is empty"),
        ({"body": "<rs", "promised": 900}, "the answer is broken off"),
        ({"status": 410}, "the server answered 410 Gone: gone for good"),
    ],
)
def test_an_answer_that_is_no_feed_keeps_old_entries_and_validators(
    room: Room, server: FeedServer, how: dict[str, Any], error: str
) -> None:
    url = server.gives("/bad", rss(("a", "Un")), headers={"ETag": '"good"'})
    room.feed(url)
    room.collect()
    server.gives("/bad", **({"body": "", "headers": {"ETag": '"bad"'}} | how))
    report = room.collect()["fleuve"]
    assert report.error.startswith(error)
    assert len(room.articles()) == 1
    with room.database.read() as connection:
        assert source_state(connection, "fleuve").etag == '"good"'


def test_a_cut_feed_gives_its_whole_entries_and_stores_no_etag(
    room: Room, server: FeedServer
) -> None:
    whole = rss(("a", "Un"), ("b", "Deux"))
    room.feed(server.gives("/half", whole[:-60], promised=900, headers={"ETag": '"half"'}))
    report = room.collect()["fleuve"]
    assert report.new == 1
    assert report.notes[0].startswith("the answer is broken off")
    with room.database.read() as connection:
        assert source_state(connection, "fleuve").etag == ""


def test_a_gone_feed_is_told_and_never_asked_again(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/gone", status=410))
    room.collect()
    room.now += timedelta(days=400)
    asked = len(server.asked)
    assert "410" in room.collect()["fleuve"].error
    assert len(server.asked) == asked
    assert standing(room.newsroom())[0].stopped
    room.sources[0] = Source(name="fleuve", feed=server.gives("/back", rss(("a", "Un"))))
    assert room.collect()["fleuve"].new == 1


def test_a_feed_that_moved_three_times_is_asked_at_its_new_address(
    room: Room, server: FeedServer
) -> None:
    server.gives("/new", rss(("a", "Un")))
    room.feed(server.redirects("/old", "/new"))
    for _ in range(2):
        assert room.collect()["fleuve"].notes == ()
    assert room.collect()["fleuve"].notes == (
        f"moved for good to {server.url}/new: correct schedule.yaml",
    )
    server.asked.clear()
    room.collect()
    assert [asked.path for asked in server.asked] == ["/new"]


def test_a_feed_inside_is_refused_without_permission(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/private", rss(("a", "Un"))))
    assert room.collect(permitted=())["fleuve"].error == (
        "refused to dial: 127.0.0.1 is not a public address"
    )
