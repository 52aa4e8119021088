"""`digest stories …`: the editor's hand on what was grouped."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.arguments import LARGEST_ID
from digest.cli.output import AsJson, counted, emit, say, table

if TYPE_CHECKING:
    from digest.model.ruling import Ruling
    from digest.model.story import Story
    from digest.pipeline.rulings import Ruled
    from digest.pipeline.storylines import Listed, Shown

_OF_IT = "Id of the story, or of any article in it."
AStory = Annotated[int, typer.Argument(max=LARGEST_ID, help=_OF_IT, show_default=False)]
Stories = Annotated[
    list[int],
    typer.Argument(
        max=LARGEST_ID, help="Ids of stories, or of any article in each.", show_default=False
    ),
]
Articles = Annotated[
    list[int],
    typer.Argument(max=LARGEST_ID, help="Ids of articles of one story.", show_default=False),
]
Article = Annotated[int, typer.Argument(max=LARGEST_ID, help="Its id.", show_default=False)]
By = Annotated[str, typer.Option("--by", help="Who decides; else who is logged in.")]
group = typer.Typer(no_args_is_help=True, help="See, split, merge, lead and pin stories.")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(group, name="stories")


@group.command("list")
def list_stories(
    newsletter: Annotated[str, typer.Argument(help="Only of this one's window.")] = "",
    theme: Annotated[str, typer.Option("--theme", help="Only of this theme.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the stories of the newsletters' windows, the newest first."""
    from digest.pipeline import storylines

    found = storylines.listed(_open(), newsletter, theme)
    emit(found, lambda: _tell_all(found), as_json=as_json)


@group.command()
def show(story: AStory, as_json: AsJson = False) -> None:
    """Print a story: its articles, lead first, and what was ruled about them."""
    from digest.pipeline import storylines

    found = storylines.shown(_open(), story)
    emit(found, lambda: _tell(found), as_json=as_json)


@group.command()
def split(articles: Articles, by: By = "", as_json: AsJson = False) -> None:
    """Let articles leave their story and make one of their own; no grouping undoes it."""
    from digest.pipeline import rulings

    done = rulings.split(_open(), articles, by=_who(by))
    emit(done, lambda: _tell_ruled(done), as_json=as_json)


@group.command()
def merge(stories: Stories, by: By = "", as_json: AsJson = False) -> None:
    """Make one story of several; no grouping undoes it."""
    from digest.pipeline import rulings

    done = rulings.merge(_open(), stories, by=_who(by))
    emit(done, lambda: _tell_ruled(done), as_json=as_json)


@group.command()
def lead(article: Article, by: By = "", as_json: AsJson = False) -> None:
    """Let an article lead the story that it is in."""
    from digest.pipeline import rulings

    done = rulings.lead(_open(), article, by=_who(by))
    emit(done, lambda: _tell_ruled(done), as_json=as_json)


@group.command()
def pin(story: AStory, by: By = "", as_json: AsJson = False) -> None:
    """Let a story stand first in the sections of its themes, in the next drafts."""
    from digest.pipeline import rulings

    done = rulings.pin(_open(), story, by=_who(by))
    emit(done, lambda: _tell_pin(done, "is pinned", "was pinned already"), as_json=as_json)


@group.command()
def unpin(story: AStory, as_json: AsJson = False) -> None:
    """Let a story stand where its rank puts it."""
    from digest.pipeline import rulings

    done = rulings.unpin(_open(), story)
    emit(done, lambda: _tell_pin(done, "is no longer pinned", "was not pinned"), as_json=as_json)


def _open() -> Any:  # noqa: ANN401 - a Newsroom; its module is heavy to import
    from digest.app import open_newsroom

    return open_newsroom()


def _who(by: str) -> str:
    from getpass import getuser

    return by or getuser()


def _tell_all(found: "list[Listed]") -> None:
    from digest.cli.moments import in_short

    if not found:
        return say("no stories: `digest collect` and `digest group` find them")
    rows = [
        (
            one.id,
            one.headline,
            one.articles,
            one.voices,
            in_short(one.happened_at, "UTC"),
            ", ".join(one.themes),
            ", ".join(word for word in ("pinned" * one.pinned, "ruled" * one.ruled) if word),
        )
        for one in found
    ]
    columns = ("#story", "headline", "#articles", "#voices", "newest (UTC)", "themes", "")
    table("Stories", columns, rows)
    return None


def _tell(found: "Shown") -> None:
    rows = [
        (
            one.id,
            "lead" if not at else f"copy of {one.copy_of}" if one.copy_of else "",
            one.source,
            one.language,
            one.title,
        )
        for at, one in enumerate(found.members)
    ]
    title = f"Story {found.story.id}: {found.story.voices} independent, {len(rows)} in all"
    table(title, ("#article", "", "source", "language", "title"), rows)
    _tell_rulings("ruled", found.rulings)


def _tell_ruled(done: "Ruled") -> None:
    for story in done.stories:
        say(_in_words(story))
    if not done.changed:
        say("that was ruled before: nothing changed")
    _tell_rulings("this overrules", done.overruled)


def _tell_pin(done: "Ruled", changed: str, unchanged: str) -> None:
    say(f"story {done.stories[0].id} {changed if done.changed else unchanged}")


def _in_words(story: "Story") -> str:
    ids = ", ".join(map(str, story.article_ids))
    number = counted(len(story.article_ids), "article")
    return f"story {story.id} has {number}, led by {story.lead_id}: {ids}"


def _tell_rulings(words: str, rulings: "tuple[Ruling, ...]") -> None:
    """Tell rulings by kind, person and day: a merge of two large stories is many pairs."""
    days = Counter((r.kind.value, r.by, f"{r.at:%Y-%m-%d}") for r in rulings)
    for (kind, by, day), count in days.items():
        pairs = f" ({counted(count, 'pair')})" if kind in {"apart", "together"} else ""
        say(f"{words}: {kind}{pairs}, by {by} on {day}")
