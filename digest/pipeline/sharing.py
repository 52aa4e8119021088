"""Who gets which edition of an issue? What readers chose meets what the issue has."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.compose.brand import read_brand
from digest.compose.render import render
from digest.compose.variants import best_of, content_of, months_of, themes_of
from digest.deliver.plan import Offer, Shares, share_out
from digest.model.issue import Issue, IssueContent, RenderedEdition, Variant
from digest.pipeline.archive import address_of
from digest.pipeline.dressing import dressing_of
from digest.pipeline.newsroom import Newsroom
from digest.schedule.fields import LANGUAGES
from digest.schedule.values import Newsletter
from digest.storage import issues
from subscribers import audience, lists, segments


@dataclass(frozen=True, kw_only=True)
class Best:
    """A month's best, in place of an issue's own stories."""

    content: IssueContent
    issues: tuple[Issue, ...]
    """What it is made of, the latest last."""

    @property
    def since(self) -> datetime:
        """The moment of the first issue that is in it."""
        return self.issues[0].slot


@dataclass(frozen=True, kw_only=True)
class Shared:
    """An issue's readers by edition, and the editions as they get them."""

    shares: Shares
    rendered: Mapping[Variant, RenderedEdition]


def shared(newsroom: Newsroom, issue: Issue, newsletter: Newsletter) -> Shared:
    """Share the list's readers out and render each edition that somebody gets; write nothing.

    Raises:
        UnknownList: there is no list of the newsletter's.
        ClosedList: it was archived.
        UnknownSegment: the issue goes to a segment that there is not any more.
        RenderError: a template is broken.
        ConfigError: brand.yaml is wrong.
    """
    with newsroom.database.read() as connection:
        best = _best(connection, issue, newsletter)
        shares = _shares(newsroom, connection, issue, newsletter, best)
    rendered = {
        variant: _rendered(newsroom, issue, newsletter, variant, best) for variant in shares.readers
    }
    return Shared(shares=shares, rendered=rendered)


def full_editions(
    newsroom: Newsroom, issue: Issue, newsletter: Newsletter
) -> dict[Variant, tuple[IssueContent, RenderedEdition]]:
    """Render what a reader of each language may get who chose nothing, a month's best where due.

    Choices of themes only cut from these, and a tracked edition is the same until it is mailed.

    Raises:
        RenderError: a template is broken.
        ConfigError: brand.yaml is wrong.
    """
    with newsroom.database.read() as connection:
        best = _best(connection, issue, newsletter)
    months = (False,) if best is None else (False, True)
    languages = sorted(LANGUAGES, key=lambda one: one != newsletter.language)
    variants = [Variant(language=one, monthly=month) for month in months for one in languages]
    return {
        one: (
            best.content if best is not None and one.monthly else issue.content,
            _rendered(newsroom, issue, newsletter, one, best),
        )
        for one in variants
    }


def told_in(newsroom: Newsroom, issue: Issue, newsletter: Newsletter) -> tuple[Issue, ...]:
    """Give the issues whose stories an issue's editions tell: its own, and a month's where due."""
    with newsroom.database.read() as connection:
        best = _best(connection, issue, newsletter)
    return (issue,) if best is None else best.issues


def _best(connection: Connection, issue: Issue, newsletter: Newsletter) -> Best | None:
    earlier = issues.told_before(connection, issue.newsletter, issue.slot)
    due = months_of(issue, earlier, newsletter.timezone)
    if due is None:
        return None
    return Best(content=best_of(due, newsletter.language), issues=tuple(due))


def _shares(
    newsroom: Newsroom,
    connection: Connection,
    issue: Issue,
    newsletter: Newsletter,
    best: Best | None,
) -> Shares:
    offer = Offer(
        language=newsletter.language,
        languages=frozenset(LANGUAGES),
        known=frozenset((*newsletter.sections, *themes_of(issue.content))),
        themes=themes_of(issue.content),
        monthly=None if best is None else themes_of(best.content),
        tracking=newsroom.schedule.site.tracking,
    )
    groups = audience.by_choices(
        connection,
        lists.find_open(connection, newsletter.list).id,
        newsroom.clock(),
        usual=newsletter.language,
        condition=segments.condition_of(connection, issue.segment) if issue.segment else None,
    )
    return share_out(groups, offer)


def _rendered(
    newsroom: Newsroom, issue: Issue, newsletter: Newsletter, variant: Variant, best: Best | None
) -> RenderedEdition:
    """Render what a variant's readers get; a month's best is no issue's page."""
    best = best if variant.monthly else None
    whole = issue.content if best is None else best.content
    content = content_of(whole, variant, newsletter, newsroom.schedule)
    return render(
        replace(issue, content=content),
        newsletter,
        newsroom.schedule.site,
        read_brand(newsroom.templates / "brand.yaml"),
        newsroom.templates,
        variant=variant,
        since=None if best is None else best.since,
        web_url=address_of(newsroom, issue, variant.language) if best is None else "",
        dressing=dressing_of(newsroom, newsletter, best.issues if best else (issue,), variant),
    )
