"""Documents can't rot: what exists stands in them, and what stands in them exists."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from digest.cli.main import app
from digest.config import Settings
from digest.deliver.providers.urls import OPENERS
from digest.storage import tables
from subscribers.tables import metadata as readership

ROOT = Path(__file__).parents[2]
DOCUMENTS = (
    "README.md",
    "ARCHITECTURE.md",
    "GLOSSARY.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/providers.md",
    "docs/operations.md",
    "docs/preflight.md",
    "docs/templates.md",
)
TEXT = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}
EVERYTHING = "\n".join(TEXT.values())
SETTING = re.compile(r"\b(?:DIGEST|SENDGRID|MAILGUN|POSTMARK|BREVO)_[A-Z_]+\b")


@cache
def commands() -> dict[tuple[str, ...], TyperCommand | TyperGroup]:
    return dict(_walk(typer.main.get_command(app), ()))


def _walk(
    command: object, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], TyperCommand | TyperGroup]]:
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from _walk(child, (*path, name))
        if not command.invoke_without_command:
            return
    assert isinstance(command, TyperCommand | TyperGroup)
    yield path, command


def test_commands_and_examples_are_found_at_all() -> None:
    assert len(commands()) > 25
    assert len(shown_commands()) >= 5


@pytest.mark.parametrize("path", sorted(commands()), ids=" ".join)
def test_every_command_stands_in_the_readme(path: tuple[str, ...]) -> None:
    assert f"digest {' '.join(path)}" in TEXT["README.md"]


@pytest.mark.parametrize("path", sorted(commands()), ids=" ".join)
def test_every_command_says_what_it_does_and_speaks_json(path: tuple[str, ...]) -> None:
    command = commands()[path]
    assert command.help
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--json" in options


def test_every_setting_stands_in_the_readme() -> None:
    names = set(SETTING.findall(_config_source()))
    assert len(names) == len(Settings.__dataclass_fields__)
    missing = {name for name in names if name not in TEXT["README.md"]}
    assert not missing


def test_the_documents_name_no_setting_that_does_not_exist() -> None:
    named = set(SETTING.findall(EVERYTHING))
    assert named <= set(SETTING.findall(_config_source()))


@pytest.mark.parametrize("scheme", sorted(OPENERS))
def test_every_provider_stands_in_the_readme(scheme: str) -> None:
    assert re.search(rf"`{scheme}(://|\()", TEXT["README.md"])


@pytest.mark.parametrize("scheme", sorted(OPENERS))
def test_every_provider_stands_among_the_providers_with_its_options(scheme: str) -> None:
    [row] = [
        line
        for line in TEXT["docs/providers.md"].split("\n")
        if re.match(rf"\| `{scheme}(://|\()", line)
    ]
    module = ROOT / "digest" / "deliver" / "providers" / f"{scheme}.py"
    source = module.read_text(encoding="utf-8") if module.exists() else ""
    allowed = re.search(r"url\.allow\(([^)]*)\)", source)
    options = re.findall(r'"(\w+)"', allowed[1]) if allowed else []
    assert [option for option in options if f"`{option}" not in row] == []


@pytest.mark.parametrize("table", sorted(set(tables.metadata.tables) | set(readership.tables)))
def test_every_table_stands_in_the_architecture(table: str) -> None:
    assert f"`{table}`" in TEXT["ARCHITECTURE.md"]


def _config_source() -> str:
    return (ROOT / "digest" / "config.py").read_text(encoding="utf-8")


def shown_commands() -> list[tuple[str, str]]:
    """Every `digest …` line of a code block, with the document it stands in."""
    blocks = [
        (name, block)
        for name, text in TEXT.items()
        for block in re.findall(r"```(?:console|sh|bash)\n(.*?)```", text, flags=re.DOTALL)
    ]
    lines = [
        (name, line.removeprefix("$ ").strip()) for name, b in blocks for line in b.split("\n")
    ]
    return [(name, line.split("  #")[0].strip()) for name, line in lines if line[:7] == "digest "]


@pytest.mark.parametrize(("document", "line"), shown_commands())
def test_every_shown_command_exists_with_its_options(document: str, line: str) -> None:
    words = shlex.split(line)[1:]
    path = max((p for p in commands() if tuple(words[: len(p)]) == p), key=len, default=None)
    assert path is not None, f"{document}: no such command: {line}"
    known = {option for parameter in commands()[path].params for option in parameter.opts}
    used = {word.split("=")[0] for word in words[len(path) :] if word.startswith("-")}
    assert used <= known | {"--help"}, f"{document}: unknown option in: {line}"


def test_every_command_that_the_sample_schedule_names_can_be_called() -> None:
    text = (ROOT / "schedule.yaml").read_text(encoding="utf-8")
    named = re.findall(r"`digest ([a-z ]+[a-z])[^`]*`", text)
    assert len(named) >= 3
    assert [name for name in named if tuple(name.split()) not in commands()] == []


def test_the_readme_says_where_the_command_lies() -> None:
    quick_start, own = TEXT["README.md"].split("## Your own newsletter")
    assert "digest init" not in quick_start
    assert ".venv/bin" in own.split("digest init")[0]


def test_every_target_of_ci_stands_in_contributing() -> None:
    called = re.findall(r"^make ([\w ]+)$", (ROOT / ".ci" / "run").read_text(), flags=re.M)
    told = TEXT["CONTRIBUTING.md"].split("`.ci/run` calls ")[1].split("\n\n")[0]
    assert set(called) == set(re.findall(r"`make ([\w ]+)`", told))


def test_the_layers_of_the_architecture_are_those_that_are_enforced() -> None:
    contracts = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("layers = [")[1:]
    block = TEXT["ARCHITECTURE.md"].split("subscribers:  ")[1].split("```")[0]
    enforced = [set(re.findall(r"subscribers\.(\w+)", line)) for line in contracts[1].split("\n")]
    told = [set(re.findall(r"\w+", layer)) for layer in block.split(">") if "…" not in layer]
    assert [layer for layer in told if layer not in enforced] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    targets = re.findall(r"\]\((?!https?://|#|mailto:)([^)#]+)", TEXT[name])
    folder = (ROOT / name).parent
    assert [target for target in targets if not (folder / target).exists()] == []


def test_every_direct_dependency_has_its_reason_in_the_architecture() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = project.split("dependencies = [")[1].split("\n]")[0]
    names = re.findall(r'"([A-Za-z0-9_-]+)', block)
    assert [name for name in names if f"`{name}`" not in TEXT["ARCHITECTURE.md"]] == []


def test_exit_codes_of_the_readme_are_those_of_the_errors() -> None:
    from digest import errors

    codes = {
        thing.exit_code
        for thing in vars(errors).values()
        if isinstance(thing, type) and issubclass(thing, errors.DigestError)
    }
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", TEXT["README.md"], flags=re.M)}
    assert codes <= told
