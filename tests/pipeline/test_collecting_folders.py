"""From a folder's drops and links to stored articles."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model.article import Precision
from digest.pipeline import claiming
from digest.pipeline.claiming import HostClaims
from digest.pipeline.collecting import Occasion, collect
from digest.schedule.values import Source
from tests.conftest import NOW
from tests.pipeline.rooms import Room, counts
from tests.servers.feeds import FeedServer

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


def test_a_folder_that_another_run_reads_is_left_to_it(room: Room, inbox: Path) -> None:
    (inbox / "a.txt").write_text("Un titre\n\nUn texte.")
    with HostClaims(room.newsroom()) as others, others.alone("source inbox") as theirs:
        assert theirs
        report = room.collect(occasion=Occasion.ROUND)["inbox"]
        assert report.notes == ("another run reads it now",)
        assert room.articles() == []
    assert counts(room.collect()["inbox"]) == (1, 1, 0, 0)


def test_a_draft_waits_for_the_run_that_reads_its_folder(
    room: Room, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "PAUSE", 0.01)
    (inbox / "a.txt").write_text("Un titre\n\nUn texte.")
    with ThreadPoolExecutor(1) as thread:
        with HostClaims(room.newsroom()) as others, others.alone("source inbox"):
            draft = thread.submit(room.collect, occasion=Occasion.DRAFT)
            assert wait([draft], timeout=0.2).not_done
        assert counts(draft.result()["inbox"]) == (1, 1, 0, 0)


def test_who_waits_for_a_folder_ends_when_told_to_stop(room: Room, inbox: Path) -> None:
    (inbox / "a.txt").write_text("Un titre\n\nUn texte.")
    newsroom = room.newsroom()
    with HostClaims(newsroom) as others, others.alone("source inbox"), ThreadPoolExecutor(1) as own:
        draft = own.submit(collect, newsroom, occasion=Occasion.DRAFT)
        assert wait([draft], timeout=0.2).not_done
        newsroom.stopping.set()
        [report] = draft.result(timeout=10)
    assert report.notes == ("another run reads it now",)
