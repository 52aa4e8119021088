"""What does a mail to one reader say? Its kind's words, in the reader's language, typeset."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from digest.compose import wording
from digest.compose.brand import Brand
from digest.compose.typography import inert, typeset
from digest.model.notice import NoticeKind
from digest.schedule.values import Site
from subscribers.texts import one_line


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the words of a mail to one reader are filled with."""

    address: str
    newsletter: str = ""
    """Its title."""
    link: str
    """Where the button leads."""
    unsubscribe: str = ""
    """Empty for who reads nothing as yet: there is nothing to leave."""
    days: int = 0
    """For how long a confirmation's link is good."""
    next_at: datetime | None = None
    """When the next issue is planned for."""
    timezone: str = "UTC"


@dataclass(frozen=True, kw_only=True)
class Note:
    """A mail to one reader as it is printed."""

    language: str
    direction: str
    subject: str
    preheader: str
    organisation: str
    """Above the title: the brand's name."""
    title: str
    lines: tuple[str, ...]
    """Paragraphs before the button."""
    button: str
    link: str
    after: tuple[str, ...]
    """Paragraphs after it."""
    why: str
    """In the footer: why it came."""
    unsubscribe: str
    publisher: str
    postal_address: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Words:
    """The message ids of a kind; a paragraph that lacks its fact is left out."""

    subject: str
    title: str
    lines: tuple[str, ...]
    button: str
    after: tuple[str, ...]


_ASKED = 'Somebody, probably you, asked for "%(newsletter)s" at %(address)s.'
_WHY = "You receive this email at %(address)s because you asked for %(newsletter)s."
_ONCE = "You receive this email at %(address)s once, because somebody asked for it there."
_WORDS: Mapping[NoticeKind, Words] = {
    NoticeKind.CONFIRM: Words(
        subject="Confirm your subscription: %(newsletter)s",
        title="Confirm your subscription",
        lines=(_ASKED, "Only your confirmation is missing. Until then nothing is sent to you."),
        button="Confirm my subscription",
        after=(
            "This link works for %(days)s days.",
            "If you asked for nothing, do nothing: no further email will come.",
        ),
    ),
    NoticeKind.SUBSCRIBED: Words(
        subject="You are subscribed already: %(newsletter)s",
        title="You are subscribed already",
        lines=(_ASKED, "You get it already: there is nothing to do."),
        button="Change my preferences",
        after=("If it doesn't reach you, look among the unwanted mail, or answer this email.",),
    ),
    NoticeKind.WELCOME: Words(
        subject="Your subscription is confirmed: %(newsletter)s",
        title="Welcome",
        lines=(
            'Your subscription to "%(newsletter)s" is confirmed.',
            "The next issue is planned for %(date)s.",
        ),
        button="Change my preferences",
        after=("Add %(sender)s to your contacts, so that no issue gets lost.",),
    ),
    NoticeKind.DATA: Words(
        subject="Your data: the link you asked for",
        title="Your data",
        lines=("Somebody, probably you, asked to see what we keep about %(address)s.",),
        button="See my data",
        after=(
            "This link works for 24 hours and opens what is yours alone: don't pass it on.",
            "If you asked for nothing, do nothing: no further email will come.",
        ),
    ),
}

MESSAGES = frozenset(
    message
    for words in _WORDS.values()
    for message in (words.subject, words.title, words.button, *words.lines, *words.after)
) | {_WHY, _ONCE}
"""All that notices say, as the catalogues know it."""


def write(kind: NoticeKind, language: str, facts: Facts, site: Site, brand: Brand) -> Note:
    """Say what a kind of notice says; `sign-up` says nothing, for it becomes another."""
    words, given = _WORDS[kind], _given(facts, language, site)

    def say(message: str) -> str:
        return _set(wording.catalogue(language).gettext(message) % given, language)

    lines = tuple(say(line) for line in words.lines if facts.next_at or "%(date)s" not in line)
    return Note(
        language=language,
        direction=wording.direction(language),
        subject=say(words.subject),
        preheader=lines[-1],
        organisation=_set(brand.name or site.organisation, language),
        title=say(words.title),
        lines=lines,
        button=say(words.button),
        link=facts.link,
        after=tuple(say(line) for line in words.after),
        why=say(_WHY if facts.unsubscribe else _ONCE),
        unsubscribe=facts.unsubscribe,
        publisher=_set(site.organisation, language),
        postal_address=tuple(_set(line, language) for line in site.postal_address.splitlines()),
    )


def _given(facts: Facts, language: str, site: Site) -> dict[str, str]:
    at = facts.next_at
    return {
        "address": facts.address,
        "newsletter": facts.newsletter,
        "days": str(facts.days),
        "date": wording.long_date(at, language, facts.timezone) if at else "",
        "sender": site.sender.address,
    }


def _set(text: str, language: str) -> str:
    return inert(typeset(one_line(text), language))
