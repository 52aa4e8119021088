"""A newspaper on loopback: a feed with excerpts, and a page for each of its articles."""

from dataclasses import dataclass
from typing import Any

from digest.model.article import Article
from digest.model.page import PageTry
from digest.storage.pages import page_of
from tests.pipeline.rooms import Room
from tests.servers.feeds import FeedServer

LEAD = "Le fleuve Niger a quitté son lit mardi à Ségou, emportant deux cents maisons en banco."
TEXT = (
    LEAD,
    "Les habitants du quartier Somono ont passé la nuit sur la digue, avec leurs bêtes et leurs "
    "pirogues. La protection civile parle de trois mille personnes sans abri, et en attend le "
    "double si la pluie continue jusqu'à la fin de la semaine.",
    "Le gouverneur a ouvert quatre écoles et le stade. « Nous manquons de bâches et de savon »,"
    " dit Mariam Traoré, qui dirige le centre de santé. Un convoi est attendu de Bamako jeudi.",
    "La dernière crue de cette ampleur date de 1967. Les digues, refaites après elle, n'ont pas "
    "été entretenues depuis dix ans, selon l'Office du Niger.",
)
WHOLE = "\n\n".join(TEXT)


@dataclass
class Press:
    """What one newspaper publishes; asked through `room`."""

    room: Room
    server: FeedServer
    path: str

    def publishes(self, *, lead: str = LEAD, title: str = "Crue du Niger à Ségou") -> None:
        """Give the feed with one article, in an excerpt."""
        item = (
            f"<item><title>{title}</title><link>{self.url}</link><guid>{self.url}</guid>"
            f"<pubDate>Wed, 25 Nov 2026 10:00:00 GMT</pubDate>"
            f"<description>{lead}</description></item>"
        )
        feed = f"<rss version='2.0'><channel><title>Presse</title>{item}</channel></rss>"
        self.server.gives(f"{self.path}.xml", feed)

    def prints(self, *paragraphs: str, canonical: str = "", **how: Any) -> None:
        """Give the article's page."""
        kind = {"Content-Type": "text/html; charset=utf-8"}
        how = {"headers": kind, **how}
        self.server.gives(self.path, page(*paragraphs, canonical=canonical), **how)

    @property
    def url(self) -> str:
        return self.server.url + self.path

    @property
    def asked(self) -> int:
        """How often its page was asked."""
        return sum(one.path == self.path for one in self.server.asked)

    @property
    def article(self) -> Article:
        (found,) = self.room.articles()
        return found

    @property
    def page(self) -> PageTry:
        with self.room.database.read() as connection:
            found = page_of(connection, self.article.id)
        assert found
        return found


def press(room: Room, server: FeedServer, path: str, name: str = "fleuve") -> Press:
    """Open a newspaper that the room collects from."""
    paper = Press(room=room, server=server, path=path)
    paper.publishes()
    room.feed(f"{server.url}{path}.xml", name=name, full_text=True)
    return paper


def page(*paragraphs: str, canonical: str = "") -> str:
    """Set paragraphs as a newspaper's page, which may call another address its own."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        "<!DOCTYPE html><html lang='fr'><head><title>Crue du Niger à Ségou</title>"
        f"<link rel='canonical' href='{canonical}'>"
        "<meta name='author' content='Par Awa Diallo'>"
        "<meta property='og:image' content='https://presse.example/crue.jpg'></head>"
        f"<body><nav>Accueil Mali</nav><article><h1>Crue du Niger à Ségou</h1>{body}</article>"
        "</body></html>"
    )
