"""Which articles does a bare text hold, and who wrote each, when?

A text begins with its title. Lines of a known shape may follow: author with badge and role, date,
reading time (as bullets or not), or `Auteur : …` fields. Everything after them is body. A second
title with such lines under it begins a second article.
"""

import re
from dataclasses import dataclass, replace
from itertools import islice

from digest.collect.bylines import name_and_role
from digest.collect.clean import first_words, tidy
from digest.collect.dates import is_date
from digest.collect.prose import body_of, is_furniture, is_reading_time

_BULLET = re.compile(r"^\s*[-–—•*·]\s+(?=\S)")
_RULE = re.compile(r"^\s*(?:={5,}|-{5,}|\*{5,}|_{5,}|#{5,}|(?:\* ){2,}\*|\f)\s*$")
_FIELD = re.compile(
    r"^(?P<name>titre|title|auteure?|author|par|by|rôle|role|fonction|date|publié le|published"
    r"|lien|link|url|source|langue|language)\s*:\s*(?P<value>\S.*)$",
    re.IGNORECASE,
)
_FIELDS = {
    "titre": "title",
    "title": "title",
    "auteur": "author",
    "auteure": "author",
    "author": "author",
    "par": "author",
    "by": "author",
    "rôle": "role",
    "role": "role",
    "fonction": "role",
    "date": "date",
    "publié le": "date",
    "published": "date",
    "lien": "url",
    "link": "url",
    "url": "url",
    "source": "source",
    "langue": "language",
    "language": "language",
}
_BYLINE = re.compile(r"^(?:par|by)\s+(?=[A-ZÀ-Ý])", re.IGNORECASE)
_APART = re.compile(r" [·•|] ")
_SIGNED = re.compile(r"(?:[Pp]ar|PAR|[Bb]y|BY) [A-ZÀ-Ý][^!?:;…]{1,120}(?:[^.!?:;…]|min\.)")
"""`Par Awa Diallo, le 3 mai 2026 – 4 min`: no sentence."""
_AFTER_NAME = re.compile(r" [·•|–—-] |, (?!\d{4}\b)(?=(?:\w+\.? ){0,3}\d)")
_LINK = re.compile(r"^<?(https?://[^\s<>]+)>?$")
_LONGEST_TITLE = 250
_BELOW = 8  # lines looked at under one that may begin an article


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One article of a bare text."""

    title: str
    author: str = ""
    role: str = ""
    date: str = ""
    """As written."""
    url: str = ""
    publisher: str = ""
    language: str = ""
    body: str = ""


def pieces(text: str) -> list[Piece]:
    """Split a text into its articles and read each."""
    rows = tidy(_without_fence(text)).split("\n")
    lines = [line for row in rows for line in _spread(row)]
    read = (_piece(part) for part in _parts(lines))
    return [piece for piece in read if piece.title or piece.url]


def lone_link(text: str) -> str:
    """Give the address of a text that is nothing but one; else nothing."""
    match = _LINK.match(tidy(text))
    return match[1] if match else ""


def _without_fence(text: str) -> str:
    """Bare the fields of a front matter: what stands between two `---` at the very top."""
    return re.sub(r"\A\s*---\s*\n(.{0,2000}?)\n---\s*\n", r"\1\n", text, flags=re.DOTALL)


def _spread(row: str) -> list[str]:
    """Part `Awa Diallo · il y a 2 jours`, `Par Awa Diallo, le 3 mai 2026`; leave others whole."""
    signs = _AFTER_NAME if _SIGNED.fullmatch(row) else _APART
    parts = signs.split(row) if len(row) < _LONGEST_TITLE else [row]
    timed = any(is_date(part) or is_reading_time(part) for part in parts)
    return parts if timed else [row]


def _parts(lines: list[str]) -> list[list[str]]:
    starts = [0]
    for number in range(1, len(lines)):
        # In this order: the second looks at all lines since the last start.
        if _begins_article(lines, number) and _has_body(lines[starts[-1] : number]):
            starts.append(number)
    return [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]


def _has_body(lines: list[str]) -> bool:
    """A title alone is not yet an article: what follows it may be its author."""
    filled = list(islice((line for line in lines if line and not _is_head(line)), 4))
    return len(filled) == 4 or any(len(line) > 120 for line in filled[1:])


def _begins_article(lines: list[str], number: int) -> bool:
    """A title with two lines of head under it, or one after a rule, begins an article."""
    line = lines[number]
    if not _may_be_title(line):
        return False
    before = next(filter(None, reversed(lines[max(0, number - _BELOW) : number])), "")
    heads = _run_of_heads(lines, number)
    return len(heads) >= 2 or (bool(_RULE.match(before)) and len(heads) >= 1)


def _may_be_title(line: str) -> bool:
    other = _is_head(line) or _BULLET.match(line) or _RULE.match(line) or is_furniture(line)
    return 0 < len(line) <= _LONGEST_TITLE and not other


def _run_of_heads(rows: list[str], number: int) -> list[str]:
    """Give the rows below one that are head; a bulleted author counts next to a date or time."""
    run: list[str] = []
    for row in [row for row in rows[number + 1 : number + _BELOW] if row][:3]:
        if not (_is_head(row) or (_BULLET.match(row) and len(row) < 80)):
            break
        run.append(row)
    return run if any(_is_head(row) for row in run) else []


def _is_head(line: str) -> bool:
    bare = _BULLET.sub("", line)
    return is_reading_time(bare) or is_date(bare) or _FIELD.match(bare) is not None


def _piece(lines: list[str]) -> Piece:
    rows = [row for row in lines if not _RULE.match(row)]
    found, rest = _head(rows)
    rest, url = _bare_link(rest)
    piece = Piece(**{"title": "", "url": url} | found)
    body = body_of("\n".join(rest))
    return replace(piece, title=piece.title or first_words(body), body=body)


def _head(rows: list[str]) -> tuple[dict[str, str], list[str]]:
    """Read title and head lines; give what they say and the rows after them."""
    found: dict[str, str] = {}
    for number, row in enumerate(rows):
        said = _said(row, found, below=_run_of_heads(rows, number)) if row else {}
        if said is None:
            return found, rows[number:]
        found = said | found
    return found, []


def _said(row: str, found: dict[str, str], *, below: list[str]) -> dict[str, str] | None:
    """What one line of the head says; None when the body has begun."""
    bare = _BULLET.sub("", row)
    bulleted = bare != row
    if field := _FIELD.match(bare):
        return _field(field)
    if is_reading_time(bare) or (bulleted and is_furniture(bare)):
        return {}
    if is_date(bare):
        return {"date": bare}
    if "title" not in found:
        is_title = len(bare) <= _LONGEST_TITLE and not _LINK.match(bare)
        return {"title": re.sub(r"^#+\s*", "", bare)} if is_title else None
    placed = bool(below) and (bulleted or _is_head(below[0]))
    if "author" not in found and _is_byline(bare, placed=placed):
        name, role = name_and_role(bare)
        return {"author": name} | ({"role": role} if role else {})
    return None


def _is_byline(line: str, *, placed: bool) -> bool:
    """A short line in an author's place (a bullet, above a date), or `Par Nom`, names one."""
    short = len(line) < 80 and not re.search(r"[.!?:;]\s*$", line)
    return short and (placed or (bool(_BYLINE.match(line)) and len(line.split()) <= 8))


def _field(field: re.Match[str]) -> dict[str, str]:
    name, value = _FIELDS[field["name"].lower()], field["value"].strip().strip("\"'")
    if name == "source":
        return {"url": value} if _LINK.match(value) else {"publisher": value}
    if name == "author":
        person, role = name_and_role(value)
        return {"author": person} | ({"role": role} if role else {})
    return {name: value}


def _bare_link(rows: list[str]) -> tuple[list[str], str]:
    """Take the article's address from a first or last line that is nothing else."""
    filled = [number for number, row in enumerate(rows) if row]
    for number in (filled[:1] + filled[-1:]) if filled else []:
        if match := _LINK.match(rows[number]):
            return rows[:number] + rows[number + 1 :], match[1]
    return rows, ""
