"""`digest themes …`: what makes a theme, and how it is taught."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.arguments import LARGEST_ID
from digest.cli.output import AsJson, counted, emit, say, table

if TYPE_CHECKING:
    from digest.model.correction import Correction
    from digest.pipeline.models import Kept
    from digest.pipeline.theme_views import ThemeView, Weighed
    from digest.pipeline.theming import Training

AModel = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="Its name in `digest themes models`, or `definition`: none."
    ),
]
ATheme = Annotated[str, typer.Argument(help="Name in schedule.yaml.", show_default=False)]
group = typer.Typer(no_args_is_help=True, help="Teach themes what is theirs, and see what is.")


def register(app: typer.Typer) -> None:
    """Add this module's commands."""
    app.add_typer(group, name="themes")


@group.command()
def teach(
    article: Annotated[int, typer.Argument(max=LARGEST_ID, help="Its id.", show_default=False)],
    theme: ATheme,
    as_json: AsJson = False,
    *,
    belongs: Annotated[bool, typer.Option("--yes/--no", help="It is of the theme, or it is not.")],
) -> None:
    """Say whether an article is of a theme; the next training learns from it."""
    from digest.pipeline import teaching

    said = teaching.teach(_open(), article, theme, belongs=belongs)
    emit(said, lambda: _tell(said), as_json=as_json)


@group.command()
def train(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell, and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Learn the themes anew from the archive and all corrections; the model scores from then on."""
    from digest.pipeline import theming

    def progress(words: str) -> None:
        if not as_json:
            typer.echo(f"{words} ...", err=True)

    found = theming.train(_open(), dry_run=dry_run, progress=progress)
    emit(found, lambda: _tell_training(found), as_json=as_json)


@group.command()
def show(theme: ATheme, as_json: AsJson = False) -> None:
    """Show a theme: its words, articles to decide on, and what the last corrections changed."""
    from digest.pipeline import theme_views

    found = theme_views.view(_open(), theme)
    emit(found, lambda: _tell_theme(found), as_json=as_json)


@group.command()
def models(as_json: AsJson = False) -> None:
    """List the models that were learned, the newest first, with the one that scores."""
    from digest.pipeline import models as shelf

    newsroom = _open()
    found = shelf.kept(newsroom)
    chosen = shelf.chosen(newsroom)
    emit(found, lambda: _tell_models(found, chosen.note), as_json=as_json)


@group.command()
def use(model: AModel, as_json: AsJson = False) -> None:
    """Let another model score from the next grouping on, or the definitions alone."""
    from digest.pipeline import models as shelf

    shelf.choose(_open(), model)
    by = "the definitions alone score" if model == "definition" else f"model {model} scores"
    emit(
        {"model": model},
        lambda: say(f"{by} from the next grouping on: `digest group`"),
        as_json=as_json,
    )


def _open() -> Any:  # noqa: ANN401 - a Newsroom; its module is heavy to import
    from digest.app import open_newsroom

    return open_newsroom()


def _tell(said: "Correction") -> None:
    verb = "is" if said.belongs else "is not"
    say(f"article {said.article_id} {verb} of theme {said.theme}: `digest themes train` learns it")


def _tell_training(found: "Training") -> None:
    learned = ", ".join(f"{counted(n, 'article')} in {name}" for name, n in found.languages.items())
    say(f"Learned from {learned}, {counted(found.corrections, 'correction')}.")
    for language, count in found.too_few.items():
        say(f"Too few in {language}: {counted(count, 'article')}; scored by definition.")
    rows = [
        (
            name,
            one.defined,
            f"{one.learned} (+{one.gained}, -{one.lost})",
            one.held_back,
            f"{one.right_before} -> {one.right_after}" if one.held_back else "",
            "by definition: too few sure articles" if name in found.unlearned else "",
        )
        for name, one in found.themes.items()
    ]
    columns = ("theme", "#by definition", "#learned", "#held back", "#right", "")
    table("Articles of each theme, and corrections right before and after", columns, rows)
    if found.kept:
        say(f"Model {found.name} scores from the next grouping on: `digest group`")
    else:
        say(f"Model {found.name} was only tried: without --dry-run it is kept")


def _tell_models(found: "list[Kept]", note: str) -> None:
    if not found:
        return say("no models yet: `digest themes train` makes one; the definitions score")
    table("Models", ("", "model", "made (UTC)", "from", "held back"), [_row(one) for one in found])
    if not any(one.chosen for one in found):
        say("The definitions alone score.")
    if note:
        say(note)
    return None


def _row(one: "Kept") -> tuple[str, ...]:
    mark = "*" if one.chosen else ""
    if one.provenance is None:
        return mark, one.name, "", f"damaged: {one.damage}", ""
    made = one.provenance
    learned = ", ".join(f"{n} {language}" for language, n in made.articles.items())
    tried = sum(outcome.held_back for outcome in made.figures.values())
    right = [
        sum(getattr(outcome, part) for outcome in made.figures.values())
        for part in ("right_before", "right_after")
    ]
    source = f"{learned}; {counted(made.corrections, 'correction')}"
    encoder = f"; {made.encoder}" if made.encoder else ""
    figures = f"{right[0]} -> {right[1]} of {tried} right" if tried else ""
    return mark, one.name, made.made_at[:16].replace("T", " "), source + encoder, figures


def _tell_theme(found: "ThemeView") -> None:
    by = "its definition" if found.scored_by == "definition" else f"model {found.scored_by}"
    say(f"{found.theme}: scored by {by}; an article belongs from {found.minimum:.2f} on")
    if found.note:
        say(found.note)
    for words in found.words:
        say(f"\n{words.language}")
        _tell_words("by definition", words.defined)
        _tell_words("learned for it", words.learned)
        _tell_words("learned against it", words.learned_against)
    _tell_borderline(found)
    _tell_changes(found)


def _tell_words(kind: str, words: "tuple[Weighed, ...]") -> None:
    if words:
        say(f"  {kind}: {', '.join(f'{one.word} {one.weight:+.1f}' for one in words)}")


def _tell_borderline(found: "ThemeView") -> None:
    if not found.borderline:
        return say("\nNo article near the threshold: `digest group` scores them")
    rows = [
        (one.article_id, f"{one.score:.2f}", "belongs" if one.belongs else "", one.title)
        for one in found.borderline
    ]
    say("")
    table("Nearest to the threshold: your word helps most here", _NEAR, rows)
    first = found.borderline[0].article_id
    say(f"digest themes teach {first} {found.theme} --yes   (or --no)")
    return None


def _tell_changes(found: "ThemeView") -> None:
    for one in found.corrections:
        verb = "is of it" if one.correction.belongs else "is not of it"
        said = one.correction
        say(f"said {said.at:%Y-%m-%d}: {said.article_id} {verb} ({said.weight:.1f}): {one.title}")
    if found.scored_by == "definition":
        return
    rows = [
        (
            one.article_id,
            f"{one.before:.2f}",
            f"{one.after:.2f}",
            "belongs now" if one.belongs else "belongs no more",
            one.title,
        )
        for one in found.changes
    ]
    table(f"Changed since {found.before}", ("#article", "#before", "#now", "", "title"), rows)


_NEAR = ("#article", "#score", "", "title")
