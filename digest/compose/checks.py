"""Is an issue fit to be mailed? Looked at before it is approved; errors keep it from going."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from digest.compose.anatomy import Anatomy, dissect
from digest.compose.draft import briefs_of
from digest.compose.proofreading import proofread
from digest.compose.typography import typeset
from digest.model.article import Article, Precision
from digest.model.issue import PLACEHOLDERS, Brief, Issue, IssueContent, RenderedEdition
from digest.schedule.values import Site

CLIP = 102_000
"""Bytes of HTML from which Gmail hides the rest, and with it the way to unsubscribe."""
NEAR_CLIP = 92_000
LONG_SUBJECT = 90
LONG_HEADLINE = 160

_ADDRESSES = ("UNSUBSCRIBE_URL", "PREFERENCES_URL")
"""Tokens that are a whole link: the same in HTML as in text."""


class Severity(StrEnum):
    """Whether an issue can go all the same."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    """Nothing is wrong: something to know before it goes."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is not as it should be."""

    severity: Severity
    where: str
    what: str
    cure: str

    def __str__(self) -> str:
        """`error: subject: it is empty: write one`."""
        return f"{self.severity}: {self.where}: {self.what}: {self.cure}"


def check(
    issue: Issue, edition: RenderedEdition, site: Site, *, site_url: str, mails: bool
) -> list[Finding]:
    """Look an issue over; `mails` says whether its provider really mails. Errors come first."""
    html = dissect(edition.html)
    found = [
        *_content(issue.content),
        *_size(edition),
        *_residue(edition),
        *_placeholders(edition),
        *_duties(edition, site),
        *_links(html, f"{site_url}/"),
        *_parity(html, edition),
        *_form(html),
        *_address(site_url, mails=mails),
        *(_warning(*slip) for slip in proofread(issue.content, edition.language)),
    ]
    return in_order(found)


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Put errors first and notes last."""
    return sorted(found, key=lambda finding: list(Severity).index(finding.severity))


def doubtful_dates(content: IssueContent, articles: Mapping[int, Article]) -> list[Finding]:
    """Name the stories whose printed date may be wrong, and why."""
    cure = "say in the summary when it was, or drop the story"
    return [
        _warning(f"story {brief.story_id}", f"its date is in doubt: {doubt}", cure)
        for brief in briefs_of(content.sections)
        if (doubt := _doubt(brief, articles)) and brief.precision != Precision.FIRST_SEEN
    ]


def _doubt(brief: Brief, articles: Mapping[int, Article]) -> str:
    dates = [articles[id_].published for id_ in brief.article_ids if id_ in articles]
    return next((date.doubt for date in dates if date.at == brief.published_at), "")


def errors(findings: list[Finding]) -> list[Finding]:
    """Give those that keep an issue from going."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _error(where: str, what: str, cure: str) -> Finding:
    return Finding(severity=Severity.ERROR, where=where, what=what, cure=cure)


def _warning(where: str, what: str, cure: str) -> Finding:
    return Finding(severity=Severity.WARNING, where=where, what=what, cure=cure)


def _content(content: IssueContent) -> Iterator[Finding]:
    if not content.subject.strip():
        yield _error("subject", "it is empty", "write one")
    if len(content.subject) > LONG_SUBJECT:
        what = f"{len(content.subject)} characters are more than a phone shows"
        yield _warning("subject", what, "say it in about 60")
    if not content.preheader.strip():
        yield _warning("preheader", "it is empty", "mailboxes show the first words of the issue")
    if not briefs_of(content.sections):
        yield _error("sections", "no story is left", "take some in, or cancel the issue")
    for section in content.sections:
        if not section.briefs:
            yield _warning(f"section {section.theme}", "it is empty", "it is left out of the mail")
    for brief in briefs_of(content.sections):
        yield from _story(brief)
    if bare := [str(brief.story_id) for brief in briefs_of(content.sections) if not brief.url]:
        which = f"{'story' if len(bare) == 1 else 'stories'} {', '.join(bare)}"
        yield _warning(which, "without a link", "readers can't read on")


def _story(brief: Brief) -> Iterator[Finding]:
    where = f"story {brief.story_id}"
    if not brief.headline.strip():
        yield _error(where, "it has no headline", "write one, or drop the story")
    if len(brief.headline) > LONG_HEADLINE:
        yield _warning(where, f"its headline has {len(brief.headline)} characters", "shorten it")
    if not brief.summary.strip():
        yield _warning(where, "it has no summary", "write one, or leave the headline alone")


def _size(edition: RenderedEdition) -> Iterator[Finding]:
    size = len(edition.html.encode())
    if size >= CLIP:
        what = f"{size // 1000} kB of HTML: Gmail hides what follows 102 kB"
        yield _error(f"edition {edition.key}", what, "drop stories")
    elif size >= NEAR_CLIP:
        what = f"{size // 1000} kB of HTML are near the 102 kB that Gmail shows"
        yield _warning(f"edition {edition.key}", what, "drop a story")


def _residue(edition: RenderedEdition) -> Iterator[Finding]:
    for part, text in (("HTML", edition.html), ("text", edition.text)):
        for mark in ("{{", "{%", "\\u{"):
            if mark in text:
                at = text.index(mark)
                what = f"{mark!r} stands in it, near {text[max(0, at - 20) : at + 30]!r}"
                yield _error(f"edition {edition.key}, {part}", what, "correct the template")


def _placeholders(edition: RenderedEdition) -> Iterator[Finding]:
    """Refuse tokens nobody fills in; those with _HTML are for the HTML alone, the bare ones not."""
    for part, text in (
        ("HTML", edition.html),
        ("text", edition.text),
        ("subject", edition.subject),
    ):
        known = {name for name in PLACEHOLDERS if _fits(name, html=part == "HTML")}
        for name in sorted(set(re.findall(r"%%([A-Za-z_]+)%%", text)) - known):
            what = f"nobody fills in %%{name}%%"
            cure = f"correct the template: there is {', '.join(sorted(known))}"
            yield _error(f"edition {edition.key}, {part}", what, cure)


def _fits(name: str, *, html: bool) -> bool:
    return name in _ADDRESSES or name.endswith("_HTML") is html


def _duties(edition: RenderedEdition, site: Site) -> Iterator[Finding]:
    """Ask for what the law asks of bulk mail: a way out, and who writes from where."""
    for part, text in (("HTML", edition.html), ("text", edition.text)):
        where = f"edition {edition.key}, {part}"
        if "%%UNSUBSCRIBE_URL%%" not in text:
            yield _error(where, "there is no way to unsubscribe", "put %%UNSUBSCRIBE_URL%% in it")
    first = typeset(site.postal_address.split("\n")[0], edition.language).split()
    if not all(word in edition.text for word in first):
        where = f"edition {edition.key}, text"
        yield _error(where, "the postal address is missing", "put page.postal_address in it")


def _links(html: Anatomy, ours: str) -> Iterator[Finding]:
    """Ask of every link where it leads; whether readers reach our own site, `_address` asks."""
    for link in (one for one in html.links if not one.startswith(ours)):
        if link.strip("%") not in _ADDRESSES and not re.match(r"https?://[^\s/]+\.", link):
            yield _error("links", f"{link!r} leads nowhere", "give an http or https address")
    for source in html.images:
        if not source.startswith("https://"):
            yield _error("images", f"{source!r} is not https", "mailboxes don't show it")


def _parity(html: Anatomy, edition: RenderedEdition) -> Iterator[Finding]:
    """Ask of the text part every heading and link of the HTML."""
    text = " ".join(edition.text.split()).casefold()
    for link in sorted(set(html.links)):
        if link not in edition.text:
            yield _error("text part", f"the link {link} is missing", "correct issue.txt")
    for heading in html.headings:
        if " ".join(heading.split()).casefold() not in text:
            yield _error("text part", f"{heading!r} is missing", "correct issue.txt")


def _form(html: Anatomy) -> Iterator[Finding]:
    if not html.language:
        yield _error("HTML", "it names no language", 'write lang="…" on mjml')
    if not html.title.strip():
        yield _error("HTML", "it has no title", "fill mj-title")
    if html.levels.count("h1") != 1:
        yield _error("HTML", f"it has {html.levels.count('h1')} h1", "one heading names the issue")
    if html.without_alt:
        yield _error("HTML", f"{html.without_alt} images have no alt", 'write alt="" at least')
    if html.tables_as_data:
        yield _error("HTML", "a layout table lacks role=presentation", "correct the template")


def _address(site_url: str, *, mails: bool) -> Iterator[Finding]:
    if mails and not site_url.startswith("https://"):
        what = f"{site_url!r} is not https: mailboxes ignore the one-click unsubscribe"
        yield _error("site.url", what, "set site.url or DIGEST_SITE_URL to an https address")
