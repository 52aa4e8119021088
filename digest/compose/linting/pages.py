"""What does the text of a template say of its faults? Read as it stands, every branch of it."""

from collections.abc import Iterable, Iterator
from itertools import chain

from digest.compose.linting import html_rules
from digest.compose.linting.fault import Fault
from digest.compose.linting.markup import Places, flat, places_of, read
from digest.compose.linting.mjml_rules import Found, structure_faults, tag_faults
from digest.compose.linting.shelf import Shelf


def check_markup(shelf: Shelf, unguarded: Iterable[str] = ()) -> list[Fault]:
    """Look over the tags of all templates that could be parsed.

    `unguarded` names pages that are files, so that no policy bars anything of them.
    """
    return list(chain.from_iterable(_check(shelf, name, unguarded) for name in shelf.templates))


def check_filled_in(text: str, places: Places) -> list[Fault]:
    """Look over MJML that was filled in: now its structure shows, and its values."""
    reading = read(text, strict=True)
    found = [
        *structure_faults(reading),
        *chain.from_iterable(map(tag_faults, reading.tags)),
        *html_rules.picture_faults(reading.tags),
        *html_rules.mail_link_faults(reading.tags),
    ]
    return list(_placed(found, places))


def _check(shelf: Shelf, name: str, unguarded: Iterable[str]) -> Iterator[Fault]:
    if not name.endswith((".mjml", ".html")):
        return
    text = flat(shelf.sources[name], shelf.environment)
    tags = read(text).tags
    found = list(html_rules.picture_faults(tags))
    if name.endswith(".mjml"):
        found += chain.from_iterable(map(tag_faults, tags))
        found += html_rules.mail_link_faults(tags)
    else:
        found += html_rules.field_faults(tags)
        found += [] if name in unguarded else html_rules.barred_faults(tags)
    yield from _placed(found, places_of(text, shelf.file(name)))


def _placed(found: Iterable[Found], places: Places) -> Iterator[Fault]:
    for offset, words, warning in found:
        file, line = places(offset)
        yield Fault(file=file, line=line, what=words, warning=warning)
