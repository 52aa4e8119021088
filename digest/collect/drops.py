"""Which articles and links lie in a drop folder?

A drop is known by its content, so that a renamed file is no new article; its place (file and
number within it) is remembered too, so that an edited file is no new article either.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from digest.collect.clean import plain, tidy
from digest.collect.dropped import Dropped, Refused, look_into
from digest.collect.items import Item, item_from
from digest.collect.prose import body_of
from digest.collect.readings import Parser
from digest.collect.texts import Piece, lone_link, pieces
from digest.collect.urls import canonical, is_web, short_key
from digest.collect.worker import ParseError
from digest.model.article import Mark

_LONGEST_PAGE = 500_000  # characters of a small article's page
_ENOUGH = 200  # characters of an extracted page below which its bare text is tried


@dataclass(frozen=True, kw_only=True)
class Drop:
    """One article of a dropped file."""

    key: str
    """Of its content: `text:…`; of a link `link:…`."""
    place: str
    """`file:note.txt#1`."""
    item: Item
    """Its content is finished text."""
    link: bool = False
    """Nothing but an address: the page is still to be fetched."""


@dataclass(frozen=True, kw_only=True)
class Drops:
    """What a folder held."""

    drops: tuple[Drop, ...] = ()
    refused: tuple[Refused, ...] = ()


def read_drops(folder: Path, parser: Parser) -> Drops:
    """Read all files of a folder."""
    drops: list[Drop] = []
    refused: list[Refused] = []
    for found in look_into(folder):
        if isinstance(found, Refused):
            refused.append(found)
            continue
        try:
            drops += _drops_of(found, parser)
        except (ValueError, ParseError) as error:
            refused.append(Refused(name=found.name, reason=str(error)))
    return Drops(drops=tuple(drops), refused=tuple(refused))


def page_item(values: Mapping[str, Any], *, url: str) -> tuple[Item, str]:
    """Make an item of an extracted page; give it with the reason why it is not whole, if so."""
    partial = str(values.get("partial") or "")
    known = {name: values[name] for name in values if name not in {"partial", "published"}}
    item = Item(
        **known
        | {
            "content": body_of(str(values.get("content") or "")),
            "published": tuple(values.get("published") or ()),
            "url": url or str(values.get("url") or ""),
            "marks": frozenset({Mark.PARTIAL}) if partial else frozenset(),
        }
    )
    return item, partial


def _drops_of(found: Dropped, parser: Parser) -> list[Drop]:
    items = list(_items(found, parser))
    if not items:
        raise ValueError("no text in it")
    return [_drop(item, found.name, number) for number, item in enumerate(items, start=1)]


def _drop(item: Item, name: str, number: int) -> Drop:
    link = bool(item.url) and not (item.title or item.content)
    key = f"link:{canonical(item.url)}" if link else _content_key(item)
    return Drop(key=short_key(key), place=short_key(f"file:{name}#{number}"), item=item, link=link)


def _content_key(item: Item) -> str:
    """Name a text by its words alone: spaces, charset and file name may differ."""
    words = " ".join(re.findall(r"\w+", f"{item.title} {item.content}".casefold()))
    return f"text:{hashlib.sha256(words.encode()).hexdigest()}"


def _items(found: Dropped, parser: Parser) -> Iterable[Item]:
    match found.kind:
        case ".url":
            return [Item(url=_shortcut(found.text))]
        case ".eml":
            return [_from_mail(found, parser)]
        case ".html" | ".htm":
            return _from_html(found, parser)
        case ".md":
            return _from_text(_unmarked(found.text))
        case _:
            return _from_text(found.text)


def _from_text(text: str) -> Iterable[Item]:
    if link := lone_link(text):
        return [Item(url=link)]
    return [_from_piece(piece) for piece in pieces(text)]


def _from_piece(piece: Piece) -> Item:
    return Item(
        url=piece.url if is_web(piece.url) else "",
        title=piece.title,
        author=piece.author,
        role=piece.role,
        publisher=piece.publisher,
        published=(piece.date,) if piece.date else (),
        content=piece.body,
        language=piece.language,
    )


def _from_mail(found: Dropped, parser: Parser) -> Item:
    values = parser.run("mail", found.raw.decode("latin-1"))
    if "no_mail" in values:
        raise ValueError(values["no_mail"])
    return item_from(values)


def _from_html(found: Dropped, parser: Parser) -> Iterable[Item]:
    """Extract the article; a page too small for that is read as the text it shows."""
    item, _ = page_item(parser.run("page", found.text), url="")
    if len(item.content) >= _ENOUGH and item.title:
        return [item]
    bare = list(_from_text(plain(found.text[:_LONGEST_PAGE])))
    longer = bare and len(bare[0].content) > len(item.content)
    if longer and not item.title:
        return bare
    if not (item.title or item.content):
        return []
    title = item.title or Path(found.name).stem
    return [replace(item, title=title, content=bare[0].content if longer else item.content)]


def _shortcut(text: str) -> str:
    """Read the address of a `.url` file."""
    line = re.compile(r"^(?:URL ?= ?)?(https?://\S+)$", re.IGNORECASE | re.MULTILINE)
    found = line.search(tidy(text))
    if not found or not is_web(found[1]):
        raise ValueError("no http address in it")
    return found[1]


def _unmarked(text: str) -> str:
    """Take Markdown's marks off, its words stay (CommonMark, the marks that editors use)."""
    text = re.sub(r"!\[([^\]\n]{0,500})\]\([^)\n]{0,2000}\)", "", text)
    text = re.sub(r"\[([^\]\n]{1,500})\]\((?:[^()\n]|\([^()\n]{0,500}\)){0,2000}\)", r"\1", text)
    text = re.sub(r"^[ \t]{0,3}(?:#{1,6}[ \t]+|>[ \t]?)", "", text, flags=re.MULTILINE)
    text = re.sub(r"(\*\*|__)(?=\S)(.{1,1000}?)(?<=\S)\1", r"\2", text)
    return re.sub(r"(?<![\w*])([*_])(?=\S)([^*_\n]{1,1000})(?<=\S)\1(?![\w*])", r"\2", text)
