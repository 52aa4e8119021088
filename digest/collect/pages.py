"""Is what stands on a page the article that its source gave, and what of it is taken over?

Pure but for the parser it is given. A page's text is taken only when it is longer than what the
source gave and speaks of the same thing: a consent wall, a home page or another article does not.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from digest.collect.answers import Answer, Verdict
from digest.collect.changes import text_of
from digest.collect.charset import decode
from digest.collect.drops import page_item
from digest.collect.entries import Origin, text_entry_of
from digest.collect.readings import Parser
from digest.collect.urls import is_home, is_web
from digest.collect.waits import BLOCKED_FIRST, FIRST, back_off
from digest.collect.worker import ParseError
from digest.model.article import Article, Entry, Mark, Precision
from digest.model.page import PageTry

TRIES = 5
"""Of a page, before its article keeps what its source gave."""
_LACKING = frozenset({Mark.PARTIAL, Mark.TITLE_ONLY})
_PAGES = ("", "text/html", "application/xhtml+xml")
_TOLD = 0.3
"""Share of the entry's longer words that its page's text has; walls and other articles have less
than a tenth, a rewritten standfirst has half.
"""
_TITLED = 0.5  # share of the title's, found anywhere on the page
_STEM = 5  # letters by which a word and its inflections are one
_LONGER = re.compile(rf"\w{{{_STEM},}}")
_PDF = b"%PDF"
_FOR_GOOD = (Verdict.GONE, Verdict.DISALLOWED)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What came of one page."""

    entry: Entry | None = None
    """The article with what its page says; None: nothing of it is taken."""
    outcome: str = ""
    """Why the article is not whole, in words; empty when it is."""
    again: bool = False
    """It may go better another time."""
    canonical: str = ""
    """The address that the page calls its own, where it holds the article."""


def why_never(url: str, key: str, tries: int) -> str:
    """Say why a page is not asked at all, in words; empty when it is."""
    if not (is_web(key) and is_web(url)):
        return "its address is no article's own"
    return f"given up after {TRIES} tries" if tries >= TRIES else ""


def condensed(entry: Entry) -> str:
    """Condense an article's text: another value means that its source changed it."""
    return hashlib.sha256("\x00".join(text_of(entry)).encode("utf-8", "replace")).hexdigest()


def as_filled(entry: Entry, stored: Article | None, page: PageTry | None) -> Entry:
    """Give an entry as it is to be compared with what is stored, whose text may be its page's.

    A changed entry is taken over, the page's text stays until the page was asked again. One that is
    whole needs no page.
    """
    whole = not entry.marks & _LACKING
    if stored is None or page is None or page.filled_at is None or whole:
        return entry
    return replace(
        _adorned(entry, stored),
        description=entry.description or stored.description,
        body=stored.body,
        marks=stored.marks,
    )


def is_to_be_asked_anew(entry: Entry, page: PageTry) -> bool:
    """Tell whether a source changed an article since its page was read, its excerpt perhaps."""
    return page.filled_at is not None and condensed(entry) != page.entry


def asked_anew(page: PageTry, entry: Entry, now: datetime) -> PageTry:
    """Give how a page stands after its source changed the article."""
    lacks = bool(entry.marks & _LACKING)
    return replace(
        page,
        tries=0,
        not_before=now if lacks else None,
        outcome="its source changed it" if lacks else "",
        entry=condensed(entry),
        filled_at=page.filled_at if lacks else None,
    )


def read_page(article: Article, answer: Answer, parser: Parser, origin: Origin) -> Taken:
    """Read the article that a page holds."""
    if unread := _unread(article, answer):
        return unread
    try:
        values = parser.run("page", decode(answer.body, charset=answer.charset), base=answer.url)
    except ParseError as error:
        return Taken(outcome=str(error))
    item, partial = page_item(values, url=article.url)
    found = text_entry_of(item, origin, key=article.key, seen_at=article.first_seen_at)
    if found is None:
        return Taken(outcome="no article on the page")
    taken = _judged(article, found, partial)
    return replace(taken, canonical=str(values.get("url") or "")) if taken.entry else taken


def _unread(article: Article, answer: Answer) -> Taken | None:
    if answer.verdict is not Verdict.CONTENT:
        return Taken(outcome=answer.error, again=answer.verdict not in _FOR_GOOD)
    if other := _no_page(answer):
        return Taken(outcome=other)
    if answer.cut:
        return Taken(outcome=f"the page is {answer.cut}", again=True)
    if is_home(answer.url) and not is_home(article.url):
        return Taken(outcome="its address leads to a home page now")
    return None


def after_try(
    page: PageTry, taken: Taken, answer: Answer, *, now: datetime, chance: float
) -> PageTry:
    """Give how a page stands after it was asked."""
    again = taken.again and page.tries < TRIES
    first = BLOCKED_FIRST if answer.verdict is Verdict.BLOCKED else FIRST
    pause = max(back_off(page.tries, chance, first=first), answer.wait or timedelta())
    return replace(page, not_before=now + pause if again else None, outcome=taken.outcome)


def _no_page(answer: Answer) -> str:
    if answer.body.lstrip()[:4] == _PDF:
        return "a PDF, not a web page"
    return "" if answer.kind in _PAGES else f"{answer.kind}, not a web page"


def _judged(article: Article, found: Entry, partial: str) -> Taken:
    if not _is_same(article, found):
        return Taken(outcome="the page's text is not this article's")
    own = max(len(article.body), len(article.description))
    outcome = partial or (
        "" if len(found.body) > own else "the page has no more text than the feed"
    )
    longer = len(found.body) > max(own, len(article.body))
    entry = _adorned(article, found)
    if longer:
        entry = replace(
            entry, body=found.body, description=article.description or found.description
        )
    marks = article.marks if outcome else article.marks - _LACKING
    return Taken(entry=replace(entry, marks=marks), outcome=outcome)


def _is_same(article: Article, found: Entry) -> bool:
    """Tell whether a page tells what its source's entry tells.

    Its text must have the entry's words: walls and frames carry the right title too.
    """
    title = _words(article.title)
    entry = title | _words(article.description or article.body[:500])
    body = _words(found.body)
    everything = body | _words(f"{found.title} {found.description}")
    return _share(title, everything) >= _TITLED and _share(entry, body) >= _TOLD


def _share(words: frozenset[str], among: frozenset[str]) -> float:
    return len(words & among) / len(words) if words else 1.0


def _words(text: str) -> frozenset[str]:
    """Give the stems of a text's longer words, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return frozenset(word[:_STEM] for word in _LONGER.findall(plain))


def _adorned(entry: Entry, other: Entry) -> Entry:
    """Give an entry with what it lacks beside its text: author, picture, language, date."""
    news: dict[str, Any] = {}
    if not entry.author:
        news |= {"author": other.author, "role": other.role}
    if not entry.image_url or entry.image_url == other.image_url:
        pictured = ("image_url", "image_alt", "image_width", "image_height")
        news |= {name: getattr(other, name) or getattr(entry, name) for name in pictured}
    if entry.language == "und":
        news["language"] = other.language
    if entry.published.precision is Precision.FIRST_SEEN:
        news["published"] = other.published
    return replace(entry, **news)
