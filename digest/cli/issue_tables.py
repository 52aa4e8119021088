"""How do issues and their clicks look in a table?"""

from typing import TYPE_CHECKING

from digest.cli.output import counted, table

if TYPE_CHECKING:
    from digest.model.issue import Issue
    from digest.pipeline.clicks import Counted
    from digest.pipeline.newsroom import Newsroom


def named(issue: "Issue") -> str:
    """`hebdo-sahel/12`."""
    return f"{issue.newsletter}/{issue.number}"


def zone(newsroom: "Newsroom", issue: "Issue") -> str:
    """Name the zone that an issue's times are told in; its newsletter may be gone by now."""
    plan = newsroom.schedule.newsletters.get(issue.newsletter)
    return plan.timezone if plan else "UTC"


def tell_all(newsroom: "Newsroom", found: "list[Issue]") -> None:
    """Print a line an issue."""
    from digest.cli.moments import in_short

    rows = [
        (
            one.id,
            named(one),
            one.state.value,
            in_short(one.slot, zone(newsroom, one)),
            sum(len(section.briefs) for section in one.content.sections),
            one.content.subject,
        )
        for one in found
    ]
    table("Issues", ("#id", "issue", "state", "due", "#stories", "subject"), rows)


def tell_clicks(found: "Counted") -> None:
    """Print how often each link of an issue was followed."""
    rows: list[tuple[object, ...]] = []
    for story in found.stories:
        first, *others = story.links
        rows.append((story.story_id, story.clicks, story.headline, first.source, first.clicks))
        rows += [("", "", "", other.source, other.clicks) for other in others]
    title = f"{found.issue}: {counted(found.clicks, 'click')} of readers who agreed"
    table(title, ("#story", "#clicks", "headline", "link to", "#of them"), rows)
