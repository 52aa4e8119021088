"""What can a check say? One thing that is not as it should be, or worth knowing, with its cure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether an issue can go all the same."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    """Nothing is wrong: something to know before it goes."""


class Code(StrEnum):
    """What a finding is about, in a word that stays: programs go by it (docs/preflight.md)."""

    SUBJECT_EMPTY = "subject-empty"
    SUBJECT_LONG = "subject-long"
    SUBJECT_SHOUTS = "subject-shouts"
    PREHEADER_EMPTY = "preheader-empty"
    PREHEADER_LENGTH = "preheader-length"
    PREHEADER_REPEATS = "preheader-repeats"
    ISSUE_EMPTY = "issue-empty"
    SECTION_EMPTY = "section-empty"
    HEADLINE_EMPTY = "headline-empty"
    HEADLINE_LONG = "headline-long"
    SUMMARY_EMPTY = "summary-empty"
    LINK_ABSENT = "link-absent"
    DATE_DOUBTFUL = "date-doubtful"
    NAME_ODD = "name-odd"
    TYPOGRAPHY = "typography"
    STORY_SENT = "story-sent"
    STORY_TWICE = "story-twice"
    LINK_TWICE = "link-twice"
    RESIDUE = "residue"
    RESIDUE_WORDS = "residue-words"
    PLACEHOLDER_UNKNOWN = "placeholder-unknown"
    SIZE = "size"
    SIZE_CLIPPED = "size-clipped"
    SIZE_NEAR = "size-near"
    UNSUBSCRIBE_ABSENT = "unsubscribe-absent"
    UNSUBSCRIBE_HEADER = "unsubscribe-header"
    ADDRESS_ABSENT = "address-absent"
    SITE_INSECURE = "site-insecure"
    LINK_BROKEN = "link-broken"
    LINK_INSIDE = "link-inside"
    LINK_DEAD = "link-dead"
    LINK_MOVED_HOME = "link-moved-home"
    LINK_UNCHECKED = "link-unchecked"
    LINKS_OFFLINE = "links-offline"
    LINKS_ANSWER = "links-answer"
    IMAGE_ABSENT = "image-absent"
    IMAGE_INSECURE = "image-insecure"
    IMAGE_ALT = "image-alt"
    IMAGE_DEAD = "image-dead"
    IMAGE_TYPE = "image-type"
    IMAGE_HEAVY = "image-heavy"
    IMAGE_NARROW = "image-narrow"
    TEXT_LACKS = "text-lacks"
    HTML_FORM = "html-form"
    CONTRAST = "contrast"
    SEGMENT = "segment"
    SOURCE_SILENT = "source-silent"
    COUNTRY_UNHEARD = "country-unheard"
    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    DNS_OFFLINE = "dns-offline"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not as it should be."""

    code: str
    """A Code, as a rule."""
    severity: Severity
    where: str
    what: str
    cure: str
    story_id: int | None = None
    """The one story that it is about, if it is about one."""

    def __str__(self) -> str:
        """`error: subject: it is empty: write one`."""
        return f"{self.severity}: {self.where}: {self.what}: {self.cure}"


def error(code: Code, where: str, what: str, cure: str, *, story_id: int | None = None) -> Finding:
    """Make a finding that keeps an issue from going."""
    return Finding(
        code=code, severity=Severity.ERROR, where=where, what=what, cure=cure, story_id=story_id
    )


def warning(
    code: Code, where: str, what: str, cure: str, *, story_id: int | None = None
) -> Finding:
    """Make a finding that an issue may go with."""
    return Finding(
        code=code, severity=Severity.WARNING, where=where, what=what, cure=cure, story_id=story_id
    )


def note(code: Code, where: str, what: str, cure: str) -> Finding:
    """Make a finding that asks for nothing."""
    return Finding(code=code, severity=Severity.NOTE, where=where, what=what, cure=cure)


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Put errors first and notes last; what is said of several editions alike is said once."""
    return sorted(dict.fromkeys(found), key=lambda one: list(Severity).index(one.severity))


def errors(found: Iterable[Finding]) -> list[Finding]:
    """Give those that keep an issue from going."""
    return [finding for finding in found if finding.severity is Severity.ERROR]
