"""Is an issue fit to be mailed, as it would be now? Its words, its editions, and where they lead.

Errors keep it from being approved. Where a person waits, links are asked before that; automatic
approval never asks anybody, so no server of somebody else's holds an issue up.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from digest.compose import checks
from digest.compose.anatomy import dissect
from digest.compose.brand import read_brand
from digest.compose.draft import briefs_of
from digest.compose.preflight.dates import doubtful_dates
from digest.compose.preflight.duties import one_click, own_site
from digest.compose.preflight.finding import (
    Code,
    Finding,
    Severity,
    in_order,
    note,
)
from digest.compose.preflight.finding import errors as errors_of
from digest.compose.preflight.form import legible
from digest.compose.preflight.pictures import kept
from digest.compose.preflight.reach import addresses_of, answers
from digest.compose.preflight.sender import sender
from digest.compose.preflight.size import room
from digest.compose.told import told_by
from digest.deliver.headers import ascii_domain, unsubscribe_headers
from digest.errors import ConfigError
from digest.model.issue import Issue, IssueContent, RenderedEdition, Variant
from digest.pipeline import segmenting
from digest.pipeline.letters import personals_of
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.outside import Outside
from digest.pipeline.pictures import pictures_of
from digest.pipeline.reaching import looks_at
from digest.pipeline.sharing import full_editions
from digest.pipeline.warning import findings as warnings_of_sources
from digest.storage import articles, issues, pictures
from subscribers.model import Addressees

MAIL_NOBODY = frozenset({"outbox", "null"})
"""Providers after which links may lead to this machine."""
BRIEFLY = 20.0
"""Seconds for which an approval asks links that it does not remember."""
AT_LENGTH = 60.0
"""Seconds for `digest issue check`."""

Editions = dict[Variant, tuple[IssueContent, RenderedEdition]]


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a whole preflight found."""

    issue: str
    """`hebdo-sahel/12`."""
    approvable: bool
    """No error was found."""
    editions: tuple[str, ...]
    """The keys of those that were looked over."""
    findings: tuple[Finding, ...]
    """Errors first, notes last."""


def look_over(
    newsroom: Newsroom, issue: Issue, *, offline: bool = False, again: bool = False
) -> Report:
    """Look at everything, links, pictures and the sender's domain too; tell what is well as well.

    `offline` asks nobody; `again` asks what is remembered too.

    Raises:
        RenderError: a template is broken.
        ConfigError: brand.yaml is wrong, or schedule.yaml has no such newsletter any more.
    """
    editions = full_editions(newsroom, issue, newsroom.newsletter(issue.newsletter))
    found = [*_own(newsroom, issue, editions), *_rooms(newsroom, editions)]
    found.append(legible(read_brand(newsroom.templates / "brand.yaml")))
    if newsroom.outside is None or offline:
        what = "links, pictures and the sender's domain were not asked"
        found.append(note(Code.LINKS_OFFLINE, "network", what, "look again without --offline"))
    else:
        found += _asked(newsroom, newsroom.outside, issue, editions, AT_LENGTH, again=again)
        found += sender_findings(newsroom.schedule.site.sender.address, newsroom.outside)
    return Report(
        issue=issues.named(issue),
        approvable=not errors_of(found),
        editions=tuple(one.key for one in editions),
        findings=tuple(in_order(found)),
    )


def check(newsroom: Newsroom, issue: Issue) -> list[Finding]:
    """Look an issue over as it would be mailed now, and ask nobody; errors come first."""
    plan = newsroom.newsletter(issue.newsletter)
    return in_order(_own(newsroom, issue, full_editions(newsroom, issue, plan)))


def errors(newsroom: Newsroom, issue: Issue, *, asks: bool = False) -> list[Finding]:
    """Give what keeps an issue from being approved; `asks` has its links asked, where it mails."""
    editions = full_editions(newsroom, issue, newsroom.newsletter(issue.newsletter))
    found = _own(newsroom, issue, editions)
    if asks and newsroom.outside is not None and _really_mails(newsroom):
        found += _asked(newsroom, newsroom.outside, issue, editions, BRIEFLY)
    return errors_of(in_order(found))


def sender_findings(address: str, outside: Outside) -> list[Finding]:
    """Look up the domain that mail comes from; nothing is said of one that is nobody's."""
    domain = ascii_domain(address).rpartition("@")[2].lower()
    if domain.endswith((".example", ".test", ".invalid", "example.org", "example.com")):
        return []
    return sender(domain, outside.records, outside.selector)


def _own(newsroom: Newsroom, issue: Issue, editions: Editions) -> list[Finding]:
    """Find what an issue and its editions say of themselves."""
    plan, schedule = newsroom.newsletter(issue.newsletter), newsroom.schedule
    ids = [id_ for brief in briefs_of(issue.content.sections) for id_ in brief.article_ids]
    with newsroom.database.read() as connection:
        told = told_by(issues.told_before(connection, issue.newsletter, issue.slot))
        known = articles.articles(connection, ids)
        whom = segmenting.findings(connection, issue, plan.list)
        copies = pictures.of_issues(connection, [issue.id])
    return [
        *checks.check_issue(issue, plan.language, aliases=schedule.aliases, told=told),
        *_of_editions(newsroom, editions),
        *own_site(newsroom.site_url, mails=_really_mails(newsroom)),
        *one_click(_headers(newsroom, issue, plan.list)),
        *doubtful_dates(issue.content, known),
        *kept(pictures_of(newsroom, issue, plan), copies),
        *whom,
        *warnings_of_sources(newsroom, issue.newsletter),
    ]


def _of_editions(newsroom: Newsroom, editions: Editions) -> Iterator[Finding]:
    """Look editions over; an earlier issue's stories, a month's best, can't be cured any more."""
    site = newsroom.schedule.site
    for variant, (told, edition) in editions.items():
        for finding in checks.check_edition(told, edition, site, site_url=newsroom.site_url):
            hard = finding.severity is Severity.ERROR and variant.monthly
            yield replace(finding, severity=Severity.WARNING) if hard else finding


def _rooms(newsroom: Newsroom, editions: Editions) -> list[Finding]:
    return [room(edition, newsroom.site_url) for _, edition in editions.values()]


def _headers(newsroom: Newsroom, issue: Issue, list_name: str) -> dict[str, str]:
    """Make the way out of a reader's mail as sending does, for a reader who is nobody."""
    nobody = Addressees(ids=[0], addresses=["nobody@digest.invalid"], names=[""])
    (personal,) = personals_of(newsroom, issue.id, list_name, nobody)
    return unsubscribe_headers(personal.unsubscribe_url)


def _asked(
    newsroom: Newsroom,
    outside: Outside,
    issue: Issue,
    editions: Editions,
    seconds: float,
    *,
    again: bool = False,
) -> list[Finding]:
    """Ask the links and pictures of an issue's own stories."""
    from digest.pipeline.asking import agent_of

    pages = [dissect(edition.html) for one, (_, edition) in editions.items() if not one.monthly]
    asked = addresses_of(issue.content, pages, f"{newsroom.site_url}/")
    looks = looks_at(
        outside,
        asked,
        now=newsroom.clock(),
        agent=agent_of(newsroom),
        seconds=seconds,
        again=again,
    )
    return list(answers(asked, looks))


def _really_mails(newsroom: Newsroom) -> bool:
    """Say whether mail goes to people; without a usable provider here, assume it."""
    try:
        with closing(newsroom.provider()) as provider:
            return provider.name not in MAIL_NOBODY
    except ConfigError:
        return True
