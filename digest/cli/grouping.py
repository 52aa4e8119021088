"""`digest group` and `digest explain`: what belongs together, and why."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.arguments import LARGEST_ID
from digest.cli.output import AsJson, counted, emit, say, table

if TYPE_CHECKING:
    from digest.model.story import Copy, RankPart
    from digest.pipeline.explaining import Explanation
    from digest.pipeline.grouping import GroupReport


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.command("group")(group)
    app.command("explain")(explain)


def group(
    since: Annotated[
        datetime | None, typer.Option(help="Group what was published since then, UTC.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Score the articles of the window by theme and group them into stories."""
    from datetime import UTC

    from digest.app import open_newsroom
    from digest.pipeline.grouping import group as group_articles

    report = group_articles(open_newsroom(), since=since.replace(tzinfo=UTC) if since else None)
    emit(report, lambda: _tell_group(report), as_json=as_json)


def explain(
    article: Annotated[
        int,
        typer.Argument(
            max=LARGEST_ID, help="Its id; the number of a story in `digest issue show` is one."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Show why an article stands where it stands: themes, story, ties, rank, date."""
    from digest.app import open_newsroom
    from digest.pipeline.explaining import explain as explain_article

    explanation = explain_article(open_newsroom(), article)
    emit(explanation, lambda: _tell(explanation), as_json=as_json)


def _tell_group(report: "GroupReport") -> None:
    say(
        f"{counted(report.articles, 'article')} since {report.since:%d %B %Y %H:%M} UTC:"
        f" {counted(report.stories, 'story', 'stories')}, {report.shared} of them told by several;"
        f" {counted(report.copies, 'copy', 'copies')};"
        f" {counted(report.ties, 'tie')} to earlier events"
    )
    table("Themes", ("theme", "#articles"), report.themes.items())
    if report.scored_by != "definition":
        say(f"scored with model {report.scored_by}")
    if report.note:
        say(report.note)


def _tell(found: "Explanation") -> None:
    say(f"{found.id}  {found.title}")
    say(", ".join((f"    {found.source}", found.language, *found.marks)))
    _tell_date(found)
    _tell_themes(found)
    _tell_story(found)
    _tell_relatives(found)
    _tell_saga(found)
    _tell_places(found)


def _tell_date(found: "Explanation") -> None:
    published = found.published
    read = f", read from “{published.raw}”" if published.raw else ""
    if published.precision == "first-seen":
        say(f"    published: no usable date{read}, so the moment it was first seen counts")
    else:
        exactly = f"{published.at:%d %B %Y %H:%M} UTC, known to the {published.precision}"
        say(f"    published {exactly}{read}")
    if published.doubt:
        say(f"    in doubt: {published.doubt}")
    also = f"; given by {', '.join(found.also_given_by)} too" if found.also_given_by else ""
    say(f"    first seen {found.first_seen_at:%d %B %Y %H:%M} UTC{also}\n")


def _tell_themes(found: "Explanation") -> None:
    if not found.themes:
        return say("Themes: no term of any theme stands in it.\n")
    rows = [
        (
            theme.theme,
            "belongs" if theme.belongs else "does not belong",
            f"{theme.score:.2f}",
            f"{theme.minimum:.2f}",
            ", ".join(f"{reason.term} {reason.weight:+.2f}" for reason in theme.reasons[:10]),
        )
        for theme in found.themes
    ]
    return table("Themes", ("theme", "", "#score", "#needed", "because of"), rows)


def _tell_story(found: "Explanation") -> None:
    if found.story is None:
        say("Story: none yet; `digest group` makes it, of articles in the newsletters' windows.\n")
    else:
        copied = {copy.article_id: copy for copy in found.copies}
        rows = [
            (key, "lead" if not at else _copied(copied.get(key)), title)
            for at, (key, title) in enumerate(found.members)
        ]
        title = f"Story {found.story.id}: {found.story.voices} independent, {len(rows)} in all"
        table(title, ("#article", "", "title"), rows)
    near = [
        (n.story_id, "own story" if n.joined else "", n.articles, f"{n.similarity:.2f}", n.headline)
        for n in found.neighbours
    ]
    title = f"Stories of the same days (from {found.same_story:.2f} on they are one)"
    table(title, ("#story", "", "#articles", "#similarity", "headline"), near)


def _copied(copy: "Copy | None") -> str:
    return f"copy of {copy.original_id}, {copy.containment:.0%}" if copy else ""


def _tell_relatives(found: "Explanation") -> None:
    if found.relatives:
        rows = [
            (r.story_id, "earlier" if r.earlier else "later", f"{r.similarity:.2f}", r.headline)
            for r in found.relatives
        ]
        title = f"Same saga (from {found.same_saga:.2f} on)"
        table(title, ("#story", "", "#similarity", "headline"), rows)


def _tell_saga(found: "Explanation") -> None:
    if found.saga:
        rows = [
            (f"{one.happened_at:%d %B %Y}", one.story_id, f"{one.similarity:.2f}", one.headline)
            for one in found.saga
        ]
        table("Goes on from", ("date", "#story", "#similarity", "headline"), rows)


def _tell_places(found: "Explanation") -> None:
    rows = [
        (
            place.newsletter,
            place.theme,
            f"{place.place} of {place.of}" if place.of else "",
            f"{place.score:.2f}" if place.of else "",
            ", ".join(map(_made_of, place.parts)),
        )
        for place in found.places
    ]
    table("Rank", ("newsletter", "section", "#place", "#score", "made of"), rows)
    for place in found.places:
        say(f"Next {place.newsletter}{f', {place.theme}' if place.theme else ''}: {place.why}")


def _made_of(part: "RankPart") -> str:
    beside = f" ({', '.join(map(str, part.because))})" if part.because else ""
    return f"{part.name} {part.value:.2f}{beside}"
