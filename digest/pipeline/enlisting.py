"""How is a new source entered: under which name, and is it there already?"""

import re
import unicodedata
from collections.abc import Collection, Iterable

from digest.collect.urls import canonical, host_of
from digest.schedule.values import Source
from digest.schedule.writing import Entry

_LONGEST_NAME = 40


def known_as(sources: Iterable[Source], url: str) -> Source | None:
    """Find the source that already has an address, however it is spelled."""
    return next((one for one in sources if _same(one, url)), None)


def free_name(title: str, url: str, taken: Collection[str]) -> str:
    """Make a name of a source's title, or of its host, that is not taken."""
    name = _slug(title) or _slug(host_of(url).removeprefix("www.")) or "source"
    tries = (name if number == 1 else f"{name}-{number}" for number in range(1, len(taken) + 2))
    return next(one for one in tries if one not in taken)


def entry(kind: str, url: str, *, name: str, title: str, language: str) -> Entry:
    """Give what is written of a source, without what is empty."""
    values = {"name": name, "title": title, kind: url, "language": language}
    return {key: value for key, value in values.items() if value}


def _same(source: Source, url: str) -> bool:
    return source.on_the_web and canonical(source.place) == canonical(url)


def _slug(title: str) -> str:
    """`L'hebdo du Sahel – Été` → `l-hebdo-du-sahel-ete`."""
    bare = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = "-".join(re.findall(r"[a-z0-9]+", bare))
    if len(name) <= _LONGEST_NAME:
        return name
    return name[: _LONGEST_NAME + 1].rpartition("-")[0] or name[:_LONGEST_NAME]
