"""Where a feed gives an excerpt, the article's page is asked for the rest, once."""

import signal
from datetime import timedelta
from typing import Any

import pytest

from digest.collect.urls import canonical
from digest.model.article import Mark
from digest.pipeline.filling import LEASE, Bounds
from digest.storage.sources import sources_of
from tests.conftest import NOW
from tests.forks import ended
from tests.pipeline.killed_filling import fill_and_die
from tests.pipeline.pressroom import LEAD, TEXT, WHOLE, Press, page, press
from tests.pipeline.rooms import Room, rss
from tests.servers.feeds import FeedServer

HOUR = timedelta(hours=1)
PDF = {"body": b"%PDF-1.7", "headers": {"Content-Type": "application/pdf"}}
WALL = "Nous et nos partenaires utilisons des cookies pour mesurer l'audience de ce service. "


@pytest.fixture
def paper(room: Room, server: FeedServer, request: pytest.FixtureRequest) -> Press:
    return press(room, server, f"/presse/{abs(hash(request.node.nodeid))}")


def test_an_excerpt_becomes_the_whole_article(paper: Press) -> None:
    paper.prints(*TEXT)
    report = paper.room.collect()["fleuve"]
    article = paper.article
    assert (report.new, report.filled, report.notes) == (1, 1, ())
    assert (article.body, article.description, article.author) == (WHOLE, LEAD, "Awa Diallo")
    assert article.image_url == "https://presse.example/crue.jpg"
    assert article.marks == frozenset()
    assert paper.room.former(article.id) == []


def test_a_page_that_names_another_address_makes_one_of_its_twins(
    room: Room, paper: Press, server: FeedServer
) -> None:
    twin = press(room, server, f"{paper.path}/mobile", name="mobile")
    paper.prints(*TEXT)
    twin.prints(*TEXT, canonical=paper.url)
    room.collect()
    (article,) = room.articles()
    assert (article.key, article.body) == (canonical(paper.url), WHOLE)
    with room.database.read() as connection:
        assert sources_of(connection, [article.id]) == {article.id: ("fleuve", "mobile")}
    for _ in range(2):
        room.now += HOUR
        assert [one.new for one in room.collect().values()] == [0, 0]
    assert len(room.articles()) == 1


def test_a_page_that_calls_a_home_page_its_own_is_not_believed(paper: Press) -> None:
    paper.prints(*TEXT, canonical=f"{paper.server.url}/")
    paper.room.collect()
    assert (paper.article.key, paper.article.body) == (canonical(paper.url), WHOLE)


def test_a_page_is_asked_once(paper: Press) -> None:
    paper.prints(*TEXT)
    for _ in range(3):
        paper.room.collect()
        paper.room.now += HOUR
    assert paper.asked == 1


def test_a_filled_text_never_flips_back(paper: Press) -> None:
    paper.prints(*TEXT)
    paper.room.collect()
    paper.publishes(lead=f"{LEAD}&lt;img src='https://pixel.example/?2' width='1'&gt;")
    report = paper.room.collect()["fleuve"]
    assert (report.changed, report.unchanged, paper.article.body) == (0, 1, WHOLE)
    assert paper.asked == 1


def test_a_changed_entry_is_taken_over_and_asks_the_page_again(paper: Press) -> None:
    paper.prints(*TEXT)
    paper.room.collect()
    paper.publishes(title="Crue du Niger : l'état d'urgence à Ségou")
    paper.prints(*TEXT, "Le gouvernement a décrété l'état d'urgence mercredi soir.")
    report = paper.room.collect()["fleuve"]
    assert (report.changed, report.filled, paper.asked) == (1, 1, 2)
    assert paper.article.title == "Crue du Niger : l'état d'urgence à Ségou"
    assert paper.article.body.endswith("mercredi soir.")
    assert paper.room.former(paper.article.id) == [WHOLE]


def test_an_excerpt_that_was_corrected_asks_the_page_again(paper: Press) -> None:
    long = "La pluie tombe sur la digue depuis lundi à Ségou. " * 30
    paper.publishes(lead=f"{long} Un mort. […]")
    paper.prints(*TEXT, long)
    paper.room.collect()
    assert paper.article.body == "\n\n".join((*TEXT, long.strip()))
    paper.publishes(lead=f"{long} Deux morts. […]")
    paper.room.collect()
    assert paper.asked == 2
    assert len(paper.room.former(paper.article.id)) == 0


def test_a_changed_entry_keeps_the_page_s_text_when_the_page_is_gone(paper: Press) -> None:
    paper.prints(*TEXT)
    paper.room.collect()
    paper.publishes(lead=f"{LEAD} Un mort.")
    paper.prints(status=410)
    paper.room.collect()
    assert (paper.article.description, paper.article.body) == (f"{LEAD} Un mort.", WHOLE)
    paper.room.collect()
    assert paper.article.body == WHOLE
    assert (paper.asked, paper.page.not_before) == (2, None)


def test_a_feed_that_gives_it_whole_later_needs_no_page(paper: Press) -> None:
    paper.prints(status=500)
    paper.room.collect()
    paper.publishes(lead=f"{LEAD} " + "Une phrase de plus, sur la digue. " * 60)
    paper.room.now += HOUR
    paper.room.collect()
    assert paper.article.marks == frozenset()
    assert (paper.asked, paper.page.not_before) == (1, None)


def test_a_page_that_fails_is_asked_five_times_at_growing_distance(paper: Press) -> None:
    paper.prints(status=503)
    pauses = []
    for _ in range(5):
        note = paper.room.collect()["fleuve"].notes[0]
        assert note.startswith("pages without their article: 1, the server answered 503")
        if paper.page.not_before:
            pauses.append(paper.page.not_before - paper.room.now)
            paper.room.collect()
            paper.room.now = paper.page.not_before
    assert pauses == [HOUR / 2, HOUR, 2 * HOUR, 4 * HOUR]
    paper.room.now = NOW + timedelta(days=2)
    paper.room.collect()
    assert paper.asked == 5
    assert (paper.article.description, paper.article.marks) == (LEAD, frozenset({Mark.PARTIAL}))


def test_a_server_s_retry_after_is_obeyed(paper: Press) -> None:
    paper.prints(status=429, headers={"Retry-After": "7200"})
    paper.room.collect()
    assert paper.page.not_before == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("how", "outcome"),
    [
        (PDF, "a PDF, not a web page"),
        ({"body": "x", "headers": {"Content-Type": "audio/mpeg"}}, "audio/mpeg, not a web page"),
        ({"body": page(WALL * 9)}, "the page's text is not this article's"),
        ({"body": page("Le Sénat de Lomé débat du budget. " * 20)}, "the page's text is not this"),
        ({"body": page(LEAD)}, "the page has no more text than the feed"),
        ({"body": "<html><body></body></html>"}, "no article on the page"),
        ({"status": 410}, "the server answered 410"),
    ],
)
def test_a_page_without_the_article_is_refused_for_good(
    paper: Press, how: dict[str, Any], outcome: str
) -> None:
    paper.server.gives(paper.path, **({"headers": {"Content-Type": "text/html"}} | how))
    paper.room.collect()
    assert paper.page.outcome.startswith(outcome)
    assert (paper.article.body, paper.article.description) == ("", LEAD)
    assert (paper.article.marks, paper.page.not_before) == (frozenset({Mark.PARTIAL}), None)


def test_a_page_that_leads_home_is_refused(paper: Press) -> None:
    paper.server.gives("/", page(*TEXT), headers={"Content-Type": "text/html"})
    paper.server.redirects(paper.path, "/", status=302)
    paper.room.collect()
    assert paper.page.outcome == "its address leads to a home page now"


def test_a_source_may_say_that_its_pages_are_not_asked(room: Room, paper: Press) -> None:
    room.sources[0] = room.sources[0].model_copy(update={"full_text": False})
    room.collect()
    assert paper.asked == 0


def test_an_old_article_is_not_asked_for(room: Room, paper: Press) -> None:
    room.now += timedelta(days=20)
    room.collect()
    assert paper.asked == 0


def test_an_address_that_several_articles_share_is_not_asked(
    room: Room, server: FeedServer
) -> None:
    feed = rss(("a", "Un"), ("a", "Deux")).replace("https://fleuve.example", server.url)
    room.feed(server.gives("/shared.xml", feed), full_text=True)
    server.asked.clear()
    room.collect()
    assert [one.path for one in server.asked] == ["/shared.xml"]


def test_being_offline_counts_as_no_try(room: Room, paper: Press, server: FeedServer) -> None:
    two = rss(("a", "Un"), ("b", "Deux")).replace("https://fleuve.example", "http://127.0.0.1:9")
    room.sources.clear()
    room.feed(server.gives("/offline.xml", two), full_text=True)
    for _ in range(7):
        assert (
            "(no connection to 127.0.0.1:9): not asked for now"
            in room.collect()["fleuve"].notes[-1]
        )
        room.now += HOUR


def test_one_run_asks_so_many_pages_and_the_next_one_goes_on(
    room: Room, server: FeedServer
) -> None:
    feed = rss(*((f"bound{number}", f"Titre {number}") for number in range(9)))
    feed = feed.replace("https://fleuve.example", server.url)
    room.feed(
        server.gives("/bound.xml", feed.replace("https://fleuve.example", server.url)),
        full_text=True,
    )
    server.asked.clear()
    counted = []
    for _ in range(3):
        room.collect(bounds=Bounds(pages=4, at_once=3))
        counted.append(sum("bound." not in one.path for one in server.asked))
    assert counted == [4, 8, 9]
    assert len({one.path for one in server.asked}) == 10


def test_a_killed_run_goes_on_and_fills_nothing_twice(room: Room, server: FeedServer) -> None:
    names = [f"page{number}" for number in range(6)]
    feed = rss(*((name, f"Crue du Niger à Ségou, {name}") for name in names))
    room.feed(
        server.gives("/k.xml", feed.replace("https://fleuve.example", server.url)), full_text=True
    )
    for name in names:
        text = [f"Un texte sur {name}.", *TEXT]
        server.gives(f"/{name}", page(*text), headers={"Content-Type": "text/html"})
    world = (room.root, room.database.url, room.sources[0].feed)
    assert ended(fill_and_die, *world, 2) == -signal.SIGKILL
    filled = {article.url for article in room.articles() if not article.marks}
    assert len(filled) == 2
    server.asked.clear()
    assert room.collect()["fleuve"].filled == 0  # what the dead run claimed is waited for
    room.now += LEASE
    assert room.collect()["fleuve"].filled == 4
    again = {server.url + one.path for one in server.asked}
    assert not filled & again
    assert not any(article.marks for article in room.articles())
