"""A source whose feed changes by chance from one asking to the next, in every way that feeds do."""

from dataclasses import dataclass, field, replace
from random import Random

SPACES = " xmlns:dc='http://purl.org/dc/elements/1.1/'"
LANGUAGES = ("", "", "fr", "en")
_TITLES = ("Un pont s’ouvre à Mopti", "La récolte", "LA  RÉCOLTE", "Le préfet &amp; le maire", "")
_TEXTS = (
    "Le pont relie les deux rives du fleuve.",
    "<![CDATA[<p>Le <b>préfet</b> l’annonce.</p><p>Lire la suite</p>]]>",
    "&lt;p&gt;Une grève&amp;nbsp;commence&lt;/p&gt; le 3 mai 2026.",
    "<![CDATA[Un texte <item>cité</item> mal]]>",
    "Un & deux <!-- <![CDATA[ --> trois",
    "<![CDATA[<!DOCTYPE html>Une page]]>",
    "Un <b>gras</b> que personne n’attend",
    "FATAL",
    "",
)
_USUAL = 3
"""Texts with which a feed is read swiftly."""
_URLS = ("https://x.example/1?utm_source=a", "https://x.example/2", "")
_DATES = (
    "Wed, 25 Nov 2026 10:00:00 GMT",
    "Sun, 22 Nov 2026 08:00:00 +0100",
    "Thu, 02 Dec 2027 10:00:00 GMT",
    "hier",
    "",
)
_HEADS = (
    *["", "<title>Le Fleuve</title>"] * 3,
    *(
        "</channel>",
        "<it\x01em/>",
        "<x:y xmlns:x='z'/>",
        "<!-- <item> -->",
        "<!--",
        "<![CDATA[",
        "<title>A & b</title>",
    ),
)
_AFTERS = (
    *[""] * 4,
    "<language>en</language>",
    "<link>b</link>",
    " -->",
    "]]>",
    "<item/>",
    "</channel>",
)
_BETWEEN = (*["\n", ""] * 3, "<!-- a -->", "<description>d</description>", "</item > <item>")


@dataclass(frozen=True)
class Piece:
    """An entry as it stands in a feed."""

    guid: str
    url: str
    title: str
    text: str
    date: str


def rss_of(piece: Piece) -> str:
    """Write an entry of RSS."""
    link = f"<link>{piece.url}</link>" if piece.url else ""
    guid = f"<guid isPermaLink='false'>{piece.guid}</guid>" if piece.guid else ""
    date = f"<pubDate>{piece.date}</pubDate>" if piece.date else ""
    said = f"<title>{piece.title}</title><description>{piece.text}</description>"
    return f"<item>{link}{guid}{said}{date}<dc:creator>Awa</dc:creator></item>"


def atom_of(piece: Piece) -> str:
    """Write an entry of Atom."""
    said = f"<title>{piece.title}</title><summary type='html'>{piece.text}</summary>"
    date = f"<published>{piece.date}</published>" if piece.date else ""
    link = f"<link href='{piece.url}'/>" if piece.url else ""
    return f"<entry><id>{piece.guid}</id>{link}{said}{date}</entry>"


@dataclass
class Press:
    """A feed, as its author has it."""

    chance: Random
    atom: bool = False
    pieces: list[Piece] = field(default_factory=list)
    gone: list[Piece] = field(default_factory=list)
    language: str = ""
    head: str = ""
    spaces: str = SPACES
    after: str = ""
    between: str = "\n"
    end: bool = True

    def turn(self) -> None:
        """Let a day pass: some things change."""
        for _ in range(self.chance.randrange(4) if self.pieces else 4):
            self.chance.choice((self._add, self._add, self._change, self._drop, self._back))()
        if not self.chance.randrange(4):
            self._odd()

    def _one(self) -> Piece:
        chance = self.chance
        number = chance.randrange(6)
        many = chance.choice((*[_USUAL] * 7, len(_TEXTS)))
        return Piece(
            guid=chance.choice((f"g{chance.randrange(99)}", f"g{number}", f"g{number}", "")),
            url=chance.choice(
                (f"https://x.example/{number + chance.randrange(99)}", f"/{number}", *_URLS)
            ),
            title=chance.choice(_TITLES),
            text=_TEXTS[chance.randrange(many)],
            date=chance.choice(_DATES),
        )

    def _add(self) -> None:
        self.pieces.insert(0, self._one())

    def _change(self) -> None:
        if not self.pieces:
            return
        place = self.chance.randrange(len(self.pieces))
        name = self.chance.choice(("guid", "url", "title", "text", "date"))
        other = {name: getattr(self._one(), name)}
        self.gone.append(self.pieces[place])
        self.pieces[place] = replace(self.pieces[place], **other)

    def _drop(self) -> None:
        if self.pieces:
            self.gone.append(self.pieces.pop(self.chance.randrange(len(self.pieces))))

    def _back(self) -> None:
        if self.gone:
            self.pieces.insert(0, self.chance.choice(self.gone))

    def _odd(self) -> None:
        match self.chance.randrange(8):
            case 0:
                self.language = self.chance.choice(LANGUAGES)
            case 1:
                self.head = self.chance.choice(_HEADS)
            case 2:
                self.spaces = self.chance.choice((SPACES, SPACES, " xmlns:dc='urn:other'", ""))
            case 3:
                self.after = self.chance.choice(_AFTERS)
            case 4:
                self.between = self.chance.choice(_BETWEEN)
            case 5:
                self.end = self.chance.choice((True, True, False))
            case 6:
                self.chance.shuffle(self.pieces)
            case _:
                self.pieces += self.pieces[:1]

    def text(self) -> str:
        """Write the feed as it stands."""
        write = atom_of if self.atom else rss_of
        inside = self.between.join(map(write, self.pieces))
        if self.atom:
            lang = f" xml:lang='{self.language}'" if self.language else ""
            spaces = f" xmlns='http://www.w3.org/2005/Atom'{self.spaces}{lang}"
            return f"<feed{spaces}>{self.head}{inside}{self.after}" + (
                "</feed>" if self.end else ""
            )
        said = f"<language>{self.language}</language>" if self.language else ""
        whole = f"<rss version='2.0'{self.spaces}><channel>{said}{self.head}{inside}{self.after}"
        return whole + ("</channel></rss>" if self.end else "")
