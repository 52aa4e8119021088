"""What does each column of a list of readers mean, and what does a row say?

Headers are recognised in English and French, whatever their case, accents and hyphens; a column
with any other name is kept as a field of the reader.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from subscribers.addresses import Address, read_address
from subscribers.cells import unguard
from subscribers.errors import TransferError
from subscribers.formats import Format, Role, recognise
from subscribers.standings import PLAIN, Standing, standing_of
from subscribers.texts import one_line

EXPORTED = (
    *("email", "name", "language", "themes"),
    *("cadence", "paused_until", "tracking", "joined", "state"),
)
"""The columns that an export always has, before the fields."""

_EMAIL = frozenset(
    [
        *("email", "mail", "courriel", "emailaddress", "mailaddress", "adresseemail"),
        *("adressemail", "adressecourriel", "adressedecourriel", "adresseelectronique"),
    ]
)
_ADDRESS = frozenset({"adresse", "address"})
"""The email's column only where no other is: else it's the postal address."""
_NAME = frozenset(["name", "fullname", "nomcomplet", "nometprenom", "prenometnom"])
_FIRST = frozenset(["prenom", "firstname", "givenname", "forename"])
_LAST = frozenset(["nom", "lastname", "surname", "familyname", "nomdefamille"])
_LANGUAGE = frozenset(["language", "langue", "lang", "locale"])
_THEMES = frozenset({"themes", "theme"})
_LANGUAGES = {"francais": "fr", "french": "fr", "anglais": "en", "english": "en"}

_LONGEST_NAME = 200
_LONGEST_FIELD = 1_000
_LONGEST_FIELD_NAME = 64
_MOST_FIELDS = 50
_NOT_KEPT = Role.NOT_KEPT


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Where each thing stands in a row, counted from 0."""

    address: int
    names: tuple[int, ...] = ()
    """Joined by spaces: one column, or first name and last name."""
    language: int | None = None
    themes: int | None = None
    fields: tuple[tuple[int, str], ...] = ()
    width: int
    program: Format | None = None
    """Whatever wrote the file, where that is known."""
    roles: Mapping[Role, int] = field(default_factory=dict)
    """Its own columns."""
    offered: frozenset[str] | None = None
    """The themes that there are to choose from; None: any."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A valid row."""

    address: Address
    name: str
    language: str
    themes: tuple[str, ...]
    fields: Mapping[str, str]
    standing: Standing = PLAIN


def read_header(file: str, cells: Sequence[str]) -> Columns:
    """Find out what the columns mean.

    Raises:
        TransferError: no column holds addresses, or two claim the same meaning.
    """
    roles = [_folded(unguard(cell)) for cell in cells]
    address = _only(file, roles, _EMAIL)
    if address is None:
        address = _only(file, roles, _ADDRESS)
    if address is None:
        raise TransferError(
            f"{file}:1: no column is called email (or e-mail, courriel, adresse): the first line"
            f" must name the columns; it reads {', '.join(cells)[:200]!r}"
        )
    full = _only(file, roles, _NAME)
    parts = (_only(file, roles, _FIRST), _only(file, roles, _LAST))
    names = tuple(place for place in ((full,) if full is not None else parts) if place is not None)
    language, themes = _only(file, roles, _LANGUAGE), _only(file, roles, _THEMES)
    program = recognise(roles)
    own = _own(program, roles)
    return Columns(
        address=address,
        names=names,
        language=language,
        themes=themes,
        fields=_fields(file, cells, {address, *names, language, themes, *own}),
        width=len(cells),
        program=program,
        roles={role: place for place, role in own.items() if role is not Role.NOT_KEPT},
    )


def read_row(columns: Columns, cells: list[str], language: str) -> Candidate:
    """Read a row; `language` is that of readers who don't say.

    Raises:
        AddressError: the address can't be mailed.
        ValueError: another cell can't be kept.
    """
    if len(cells) != columns.width:
        cells = _fitted(cells, columns.width)
    standing = standing_of(columns.program, columns.roles, cells) if columns.program else PLAIN
    return Candidate(
        address=read_address(unguard(cells[columns.address])),
        name=_name(columns, cells),
        language=_language(_cell(cells, columns.language)) or language,
        themes=_offered(_themes(_cell(cells, columns.themes)), columns.offered),
        fields=_all_fields(columns, cells, standing),
        standing=standing,
    )


def _own(program: Format | None, roles: Sequence[str]) -> dict[int, Role]:
    """Give the columns that only this program writes, the first of each kind."""
    if program is None:
        return {}
    own = {place: program.roles[role] for place, role in enumerate(roles) if role in program.roles}
    kept = {role: place for place, role in reversed(own.items())}
    return {place: role for place, role in own.items() if kept[role] == place or role is _NOT_KEPT}


def _all_fields(columns: Columns, cells: list[str], standing: Standing) -> dict[str, str]:
    values = _values(columns, cells) if columns.fields else {}
    if standing.fields:
        values |= {name: _checked(name, value) for name, value in standing.fields.items()}
        if len(values) > _MOST_FIELDS:
            raise ValueError(f"more than {_MOST_FIELDS} fields")
    return values


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def _only(file: str, roles: list[str], names: frozenset[str]) -> int | None:
    places = [place for place, role in enumerate(roles) if role in names]
    if len(places) > 1:
        both = " and ".join(str(place + 1) for place in places)
        raise TransferError(
            f"{file}:1: columns {both} mean the same ({roles[places[0]]}): keep one"
        )
    return places[0] if places else None


def _fields(file: str, cells: Sequence[str], taken: set[int | None]) -> tuple[tuple[int, str], ...]:
    named = [(place, one_line(unguard(cell))) for place, cell in enumerate(cells)]
    fields = tuple((place, name) for place, name in named if name and place not in taken)
    names = [name for _, name in fields]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise TransferError(f"{file}:1: two columns are called {twice!r}: rename one")
    if len(names) > _MOST_FIELDS or any(len(name) > _LONGEST_FIELD_NAME for name in names):
        raise TransferError(
            f"{file}:1: more than {_MOST_FIELDS} columns, or a name of more than"
            f" {_LONGEST_FIELD_NAME} characters"
        )
    return fields


def _fitted(cells: list[str], width: int) -> list[str]:
    if any(cells[width:]):
        raise ValueError(f"{len(cells)} cells where the first line has {width}")
    return cells[:width] + [""] * (width - len(cells))


def _cell(cells: list[str], place: int | None) -> str:
    return "" if place is None else cells[place]


def _name(columns: Columns, cells: list[str]) -> str:
    if len(columns.names) == 1:
        name = one_line(unguard(cells[columns.names[0]]))
    else:
        name = one_line(" ".join(unguard(cells[place]) for place in columns.names))
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"the name is longer than {_LONGEST_NAME} characters")
    return name


@lru_cache(maxsize=256)
def _language(text: str) -> str:
    if text in {"", "fr", "en"}:
        return text
    word = _LANGUAGES.get(_folded(text)) or re.split(r"[-_]", text.strip().lower())[0]
    if not re.fullmatch(r"[a-z]{2,3}", word):
        raise ValueError(f"{text[:40]!r} is no language: write fr or en")
    return word


@lru_cache(maxsize=256)
def _themes(text: str) -> tuple[str, ...]:
    words = re.split(r"[\s,;]+", one_line(unguard(text)))
    themes = tuple(dict.fromkeys(word for word in words if word))
    if sum(map(len, themes)) > _LONGEST_FIELD:
        raise ValueError(f"the themes are longer than {_LONGEST_FIELD} characters")
    return themes


def _offered(themes: tuple[str, ...], offered: frozenset[str] | None) -> tuple[str, ...]:
    """Refuse a theme that nobody writes about: who chose that alone would never be mailed."""
    if offered is not None and (strange := [theme for theme in themes if theme not in offered]):
        there = ", ".join(sorted(offered))
        raise ValueError(f"there is no theme {strange[0][:40]!r}: there is {there[:200]}")
    return themes


def _values(columns: Columns, cells: list[str]) -> dict[str, str]:
    values = {}
    for place, name in columns.fields:
        if value := one_line(unguard(cells[place])):
            values[name] = _checked(name, value)
    return values


def _checked(name: str, value: str) -> str:
    if len(value) > _LONGEST_FIELD or len(name) > _LONGEST_FIELD_NAME:
        raise ValueError(f"{name[:80]} is longer than {_LONGEST_FIELD} characters")
    return value
