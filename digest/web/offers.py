"""What can be subscribed to, and in which words does a reader agree to it?"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from digest.compose.typography import typeset
from digest.web.pages import Pages
from subscribers import lists


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A list that readers may join."""

    list_name: str
    title: str
    """Of its newsletters, each set in its language."""
    themes: tuple[str, ...]
    """Names, in reading order."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """The sentence that a reader agrees to."""

    text: str
    version: str
    """16 hex digits that another sentence, or another language, does not have."""


def offers(pages: Pages) -> dict[str, Offer]:
    """Give the lists of all newsletters, without those that are archived."""
    with pages.newsroom.database.read() as connection:
        closed = {one.name for one in lists.lists(connection) if one.archived_at is not None}
    names = dict.fromkeys(one.list for one in pages.newsroom.schedule.newsletters.values())
    return {name: _offer(pages, name) for name in names if name not in closed}


def words(pages: Pages, language: str, shown: Sequence[Offer]) -> Words:
    """Give what a form says beside its button that offers these."""
    values = {
        "newsletter": shown[0].title if len(shown) == 1 else "",
        "publisher": typeset(pages.newsroom.schedule.site.organisation, language),
    }
    text = pages.templates[language].get_template("wording.txt").render(values)
    return Words(text=text, version=hashlib.sha256(f"{language}\n{text}".encode()).hexdigest()[:16])


def theme_titles(pages: Pages, language: str, shown: Sequence[Offer]) -> dict[str, str]:
    """Give the themes of what is offered, by name, as readers see them."""
    known = pages.newsroom.schedule.themes
    names = dict.fromkeys(name for offer in shown for name in offer.themes if name in known)
    return {
        name: typeset(title, language)
        for name in names
        for key, title in known[name].title.items()
        if key == language
    }


def _offer(pages: Pages, list_name: str) -> Offer:
    plans = [one for one in pages.newsroom.schedule.newsletters.values() if one.list == list_name]
    return Offer(
        list_name=list_name,
        title=", ".join(typeset(one.title, one.language) for one in plans),
        themes=tuple(dict.fromkeys(name for one in plans for name in one.sections)),
    )
