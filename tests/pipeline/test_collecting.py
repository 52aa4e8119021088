"""Collecting from sources to stored articles."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.collect.answers import Answer, Request, Verdict
from digest.collect.fetch import fetch
from digest.errors import NotFoundError
from digest.model.article import Precision
from digest.pipeline.collecting import SourceReport, standing
from digest.schedule.values import Source
from digest.storage.articles import versions
from digest.storage.sources import source_state
from subscribers.database import Database
from tests.conftest import NOW
from tests.pipeline.rooms import Room
from tests.servers.feeds import FeedServer, serving_feeds

LONG_AGO = NOW - timedelta(days=9_000)


@pytest.fixture(scope="module")
def server() -> Iterator[FeedServer]:
    with serving_feeds() as server:
        yield server


@pytest.fixture
def room(tmp_path: Path, database: Database) -> Room:
    (tmp_path / "inbox").mkdir()
    return Room(root=tmp_path, database=database)


@pytest.fixture
def inbox(room: Room) -> Path:
    room.sources.append(Source(name="inbox", folder="inbox"))
    return room.inbox


def rss(*items: tuple[str, str]) -> str:
    body = "".join(
        f"<item><title>{title}</title><link>https://fleuve.example/{slug}</link>"
        f"<guid>{slug}</guid><pubDate>Wed, 25 Nov 2026 10:00:00 GMT</pubDate>"
        f"<description>Un texte sur {title}.</description></item>"
        for slug, title in items
    )
    return f"<rss version='2.0'><channel><title>Le Fleuve</title>{body}</channel></rss>"


def counts(report: SourceReport) -> tuple[int, int, int, int]:
    return report.found, report.new, report.changed, report.unchanged


# --- feeds ------------------------------------------------------------------------------


def test_a_feed_is_collected_once(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/once", rss(("a", "Un"), ("b", "Deux"))))
    assert counts(room.collect()["fleuve"]) == (2, 2, 0, 0)
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
    for _ in range(2):
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


def test_a_source_that_is_down_is_one_line_and_stops_nothing(
    room: Room, server: FeedServer
) -> None:
    room.feed("http://127.0.0.1:9/feed", name="panne")
    room.feed(server.gives("/up", rss(("a", "Un"))))
    reports = room.collect()
    assert reports["panne"].error == "no connection to 127.0.0.1:9"
    assert reports["fleuve"].new == 1


def test_a_failed_source_is_not_due_for_a_while(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/down", status=500))
    assert room.collect()["fleuve"].error == "the server answered 500 Internal Server Error"
    asked = len(server.asked)
    assert room.collect()["fleuve"].notes == ("not due before 2026-11-26 17:30 UTC",)
    assert len(server.asked) == asked
    room.now += timedelta(minutes=31)
    room.collect()
    assert len(server.asked) == asked + 1
    assert room.collect()["fleuve"].notes == ("not due before 2026-11-26 18:31 UTC",)


def test_being_offline_puts_no_source_off_for_long(room: Room, server: FeedServer) -> None:
    room.feed("http://127.0.0.1:9/a", name="a")
    room.feed("http://127.0.0.1:9/b", name="b")
    for _ in range(5):
        room.collect()
        room.now += timedelta(minutes=31)
    room.feed(server.gives("/heard", rss(("a", "Un"))))
    room.collect()  # heard: now it is the others that are down
    room.now += timedelta(minutes=31)
    assert room.collect()["a"].notes == ("not due before 2026-11-26 20:35 UTC",)


def test_what_a_server_says_can_always_be_stored(room: Room, server: FeedServer) -> None:
    room.feed(server.gives("/odd", status=500, reason="\x1b[31mPanne \xff"))
    assert room.collect()["fleuve"].error == "the server answered 500 [31mPanne"
    assert room.collect()["fleuve"].notes == ("not due before 2026-11-26 17:30 UTC",)


def test_a_source_asked_for_by_name_is_asked_even_before_it_is_due(
    room: Room, server: FeedServer
) -> None:
    room.feed(server.gives("/named", status=500))
    room.collect()
    server.gives("/named", rss(("a", "Un")))
    assert room.collect("fleuve")["fleuve"].new == 1


def test_an_unknown_source_is_not_found_and_the_nearest_is_named(room: Room) -> None:
    room.feed("https://fleuve.example/feed")
    with pytest.raises(NotFoundError, match=r"unknown source 'fleuv'.*did you mean 'fleuve'"):
        room.collect("fleuv")


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


def test_a_surprise_in_one_source_stops_no_other(room: Room, server: FeedServer) -> None:
    room.feed("https://fleuve.example/feed", name="surprise")
    room.feed(server.gives("/calm", rss(("a", "Un"))))
    reports = room.collect(fetch=spoiling)
    assert reports["surprise"].error == "unexpected AttributeError"
    assert reports["fleuve"].new == 1


def spoiling(requests: Sequence[Request], **how: Any) -> tuple[Answer, ...]:
    """A fetch whose first answer is nothing that code can expect."""
    first, *others = fetch(requests, **how)
    nothing: Any = None
    return (replace(first, verdict=Verdict.CONTENT, error="", body=nothing), *others)


# --- folders ----------------------------------------------------------------------------

WIX = "Un titre\n- Awa Diallo 🔶 Journaliste\n- il y a 2 jours\n- 2 min de lecture\n\n"
TEXT = "Le fleuve a monté d'un mètre en trois jours, disent les pêcheurs du port de Mopti."


def test_a_drop_is_collected_once_and_left_in_place(room: Room, inbox: Path) -> None:
    (inbox / "a.txt").write_text(WIX + TEXT)
    assert counts(room.collect()["inbox"]) == (1, 1, 0, 0)
    room.now += timedelta(days=5)
    os.utime(inbox / "a.txt", (1, 1))
    assert counts(room.collect()["inbox"]) == (1, 0, 0, 1)
    (article,) = room.articles()
    assert (article.author, article.role, article.body) == ("Awa Diallo", "Journaliste", TEXT)
    assert article.published.at == NOW - timedelta(days=2)
    assert (inbox / "a.txt").read_text() == WIX + TEXT


def test_a_renamed_drop_is_no_new_article(room: Room, inbox: Path) -> None:
    (inbox / "a.txt").write_text(WIX + TEXT)
    room.collect()
    (inbox / "a.txt").rename(inbox / "b.txt")
    assert counts(room.collect()["inbox"]) == (1, 0, 0, 1)


def test_a_drop_edited_and_then_renamed_is_no_new_article(room: Room, inbox: Path) -> None:
    (inbox / "a.txt").write_text(WIX + TEXT)
    room.collect()
    (inbox / "a.txt").write_text(f"{WIX}{TEXT} Les pirogues sont à l'abri.")
    room.collect()
    (inbox / "a.txt").rename(inbox / "b.txt")
    assert counts(room.collect()["inbox"]) == (1, 0, 0, 1)
    assert len(room.articles()) == 1


def test_the_same_text_twice_is_one_article(room: Room, inbox: Path) -> None:
    (inbox / "a.txt").write_text(WIX + TEXT)
    (inbox / "b.txt").write_text(f"{WIX}{TEXT}\n\n", encoding="utf-16")
    assert counts(room.collect()["inbox"]) == (2, 1, 0, 1)
    assert len(room.articles()) == 1


def test_an_edited_drop_is_the_same_article_with_its_former_text_kept(
    room: Room, inbox: Path
) -> None:
    (inbox / "a.txt").write_text(WIX + TEXT)
    room.collect()
    room.now += timedelta(days=1)
    (inbox / "a.txt").write_text(f"{WIX}{TEXT} Les pirogues sont à l'abri.")
    assert counts(room.collect()["inbox"]) == (1, 0, 1, 0)
    (article,) = room.articles()
    assert article.body.endswith("à l'abri.")
    assert article.published.at == NOW - timedelta(days=2)
    assert room.former(article.id) == [TEXT]
    (inbox / "a.txt").write_text(WIX + TEXT)
    assert counts(room.collect()["inbox"]) == (1, 0, 1, 0)
    assert room.articles()[0].body == TEXT


def test_another_text_under_an_old_name_is_a_new_article(room: Room, inbox: Path) -> None:
    (inbox / "a.txt").write_text(WIX + TEXT)
    room.collect()
    (inbox / "a.txt").write_text("Tout autre chose\n\nLe marché de Gao a rouvert ses portes hier.")
    assert counts(room.collect()["inbox"]) == (1, 1, 0, 0)
    assert len(room.articles()) == 2


def test_refused_files_are_named_with_the_reason(room: Room, inbox: Path) -> None:
    (inbox / "vide.txt").touch()
    (inbox / "a.txt.part").write_text("x")
    assert room.collect()["inbox"].notes == (
        "a.txt.part: not finished: it is still being written or downloaded",
        "vide.txt: empty",
    )


PAGE = """<html lang="fr"><head><title>Le pont de Mopti | Le Fleuve</title>
<meta property="og:title" content="Le pont de Mopti"></head><body><article><h1>Le pont</h1>
<p>Le pont de Mopti sera rouvert aux camions dès la fin du mois, a promis le maire de la ville.</p>
<p>Les travaux ont duré deux ans, et les commerçants du marché attendaient cette annonce.</p>
</article></body></html>"""


def test_a_link_is_fetched_once_and_its_article_extracted(
    room: Room, inbox: Path, server: FeedServer
) -> None:
    (inbox / "pont.url").write_text(f"[InternetShortcut]\nURL={server.gives('/pont', PAGE)}\n")
    assert counts(room.collect()["inbox"]) == (1, 1, 0, 0)
    (article,) = room.articles()
    assert (article.title, article.url) == ("Le pont de Mopti", f"{server.url}/pont")
    assert "Les travaux ont duré deux ans" in article.body
    asked = len(server.asked)
    assert counts(room.collect()["inbox"]) == (1, 0, 0, 1)
    assert len(server.asked) == asked


def test_a_dead_link_is_said_and_tried_again(room: Room, inbox: Path, server: FeedServer) -> None:
    url = server.gives("/mort", status=404)
    (inbox / "pont.txt").write_text(url)
    assert room.collect()["inbox"].notes == (f"{url}: the server answered 404 Not Found",)
    server.gives("/mort", PAGE)
    assert room.collect()["inbox"].new == 1


def test_a_page_that_needs_javascript_is_partial_and_said(
    room: Room, inbox: Path, server: FeedServer
) -> None:
    page = "<html><head><title>Un titre</title></head><body>Please enable JavaScript.</body></html>"
    url = server.gives("/js", page)
    (inbox / "js.txt").write_text(url)
    report = room.collect()["inbox"]
    assert report.notes == (f"{url}: the page needs JavaScript: only an excerpt",)
    assert "partial" in room.articles()[0].marks


def test_a_folder_that_is_not_there_is_one_line(room: Room) -> None:
    room.sources.append(Source(name="ailleurs", folder="ailleurs"))
    assert room.collect()["ailleurs"].error == "there is no folder 'ailleurs'"


def test_the_two_real_texts_come_out_whole(room: Room, inbox: Path, seeds: Path) -> None:
    for path in seeds.glob("*.txt"):
        shutil.copy(path, inbox)
    room.collect()
    later, earlier = room.articles()
    assert (later.author, later.role) == ("MANAA Norredine", "Journaliste")
    assert later.published.precision is Precision.HOUR
    assert later.body.endswith("des conséquences difficiles à anticiper pour la région.")
    assert (earlier.author, earlier.role) == ("wilfriedfrancky", "")
    assert "depuis 2022. Cette décision" in earlier.body
    assert "20 septembre" in earlier.published.doubt
    for article in (later, earlier):
        for furniture in ("min de lecture", "il y a", "Commentaires", "lire aussi"):
            assert furniture not in article.body


# --- how the sources stand --------------------------------------------------------------


def test_the_sources_stand_in_words(room: Room, inbox: Path, server: FeedServer) -> None:
    room.feed(server.gives("/stand", rss(("a", "Un"))))
    room.feed("http://127.0.0.1:9/feed", name="panne")
    before = standing(room.newsroom())
    assert {one.last_success for one in before} == {None}
    room.collect()
    drops, good, bad = standing(room.newsroom())
    assert (drops.kind, good.kind) == ("folder", "feed")
    assert (good.last_success, good.next_time) == (NOW, None)
    assert (bad.last_success, bad.next_time) == (None, NOW + timedelta(minutes=30))
    assert bad.error == "no connection to 127.0.0.1:9"


# --- a killed run -----------------------------------------------------------------------


def test_a_killed_run_loses_nothing_and_the_next_one_goes_on(
    room: Room, server: FeedServer
) -> None:
    for number in range(6):
        items = [(f"{number}-{item}", f"Titre {number} {item}") for item in range(20)]
        room.feed(server.gives(f"/kill{number}", rss(*items)), name=f"s{number}")
    feeds = [source.feed for source in room.sources]
    for sources_before_death in (1, 4):
        command = [sys.executable, "-m", "tests.pipeline.killed", room.root, sources_before_death]
        run = subprocess.run([*map(str, command), *feeds], cwd=Path(__file__).parents[2])
        assert run.returncode == -signal.SIGKILL
        assert len(room.articles()) == 20 * sources_before_death
    room.collect()
    titles = [article.title for article in room.articles()]
    assert len(titles) == len(set(titles)) == 6 * 20
