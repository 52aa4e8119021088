"""The two real texts, set as the Wix pages that they come from, behind a feed of excerpts."""

import re
from html import escape
from pathlib import Path

from tests.pipeline.rooms import Room
from tests.servers.feeds import FeedServer

HEADS = re.compile(r"^- |^\s*$|^Commentaires$")


def wix(text: str) -> str:
    """Set a text as its page: each sentence that was glued stood in a span of its own."""
    title, author, *rest = [line for line in text.splitlines() if line.strip()]
    ago, _, *lines = [line.lstrip("- ") for line in rest]
    body = "".join(
        f"<p><span>{_spans(line)}</span></p>" for line in lines if line != "Commentaires"
    )
    return (
        f"<!DOCTYPE html><html lang='fr'><head><title>{escape(title)}</title>"
        f"<meta property='og:title' content='{escape(title)}'></head><body><header>Accueil</header>"
        f"<ul><li><span data-hook='user-name'>{escape(author.lstrip('- '))}</span></li>"
        f"<li><span data-hook='time-ago'>{ago}</span></li><li>2 min de lecture</li></ul>"
        f"<h1>{escape(title)}</h1><div data-hook='post-description'>{body}</div>"
        "<section><h2>Commentaires</h2><p>Écrire un commentaire...</p></section></body></html>"
    )


def _spans(line: str) -> str:
    return re.sub(r"(?<=\w\.)(?=[A-ZÀ-Ý])", "</span><span>", escape(line))


def test_the_seeds_are_read_whole_from_their_pages(
    room: Room, server: FeedServer, seeds: Path
) -> None:
    items = ""
    for number, path in enumerate(sorted(seeds.iterdir())):
        text = path.read_text()
        url = server.gives(f"/seed{number}", wix(text), headers={"Content-Type": "text/html"})
        title, lead = text.splitlines()[0], next(x for x in text.splitlines() if len(x) > 200)
        items += f"<item><title>{title}</title><link>{url}</link><description>{lead[:150]}…"
        items += "</description><pubDate>Wed, 25 Nov 2026 10:00:00 GMT</pubDate></item>"
    feed = f"<rss version='2.0'><channel><title>Le Journal</title>{items}</channel></rss>"
    room.feed(server.gives("/seeds.xml", feed), full_text=True)
    assert room.collect()["fleuve"].filled == 2
    for article, path in zip(room.articles(), sorted(seeds.iterdir()), strict=True):
        said = [line for line in path.read_text().splitlines()[1:] if not HEADS.match(line)]
        kept = [line.strip() for line in said if line.strip() != "A lire aussi :"]
        words = re.sub(r"\s+", "", article.body)
        assert [line for line in kept if re.sub(r"\s+", "", line) not in words] == []
        assert not re.search(r"[a-zé0-9]\.[A-ZÀ-Ý][a-z]", article.body)
        assert not re.search(r"lire aussi|Commentaires|min de lecture", article.body)
