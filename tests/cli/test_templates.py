"""`digest check` tells what is wrong with own templates; a broken one mails nobody."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from digest.cli import main
from digest.compose.render import render
from digest.errors import RenderError
from digest.resources import shipped
from tests.builders import an_issue
from tests.compose.desk import BRAND, SITE, a_newsletter
from tests.schedule.texts import SMALL


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A newsroom with templates of its own: a copy of ours."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIGEST_PROVIDER_URL", raising=False)
    Path("schedule.yaml").write_text(SMALL, encoding="utf-8")
    own = tmp_path / "templates"
    shutil.copytree(shipped("templates"), own)
    return own


def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["digest", "check", "--offline", "--json"])
    with pytest.raises(SystemExit) as ended:
        main.run()
    return int(ended.value.code or 0), capsys.readouterr().out


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_check_names_every_fault_with_its_line_and_ends_as_for_other_errors(
    templates: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    change(templates / "email" / "issue.txt", "page.newsletter", "page.newsleter")
    (templates / "email" / "left.txt").write_text("over")
    shutil.rmtree(templates / "desk")
    change(templates / "brand.yaml", '"#1c1b1a"', '"#eeeeee"')
    code, said = check(monkeypatch, capsys)
    found = [one for one in json.loads(said) if one["about"] == "templates"]
    assert code == 3
    assert [one["level"] for one in found] == ["error", "error", "warn"]
    assert "light paper" in found[0]["words"]
    assert found[1]["words"].startswith("email/issue.txt:2: unknown attribute of page 'newsleter'")
    assert found[2]["words"].startswith("email/left.txt: is used by nothing")


def test_check_says_that_own_templates_work(
    templates: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, said = check(monkeypatch, capsys)
    found = [one for one in json.loads(said) if one["about"] == "templates"]
    assert [(one["level"], one["words"]) for one in found] == [
        ("ok", f"{templates}: work on samples, in each language")
    ]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("{{ page.titel }}", "has no attribute 'titel'"),
        ("{% for i in range(10**9) %}{% endfor %}", "Range too big"),
        ("{{ 1 // 0 }}", "integer division or modulo by zero"),
        ("{{ page.__class__.__mro__ }}", "is unsafe"),
        ("{% fi %}", "unknown tag 'fi'"),
    ],
)
def test_a_broken_template_stops_the_edition_and_says_where(
    templates: Path, code: str, why: str
) -> None:
    path = templates / "email" / "issue.txt"
    change(path, "{{ page.newsletter }}", code)
    with pytest.raises(RenderError) as stopped:
        render(an_issue(), a_newsletter(), SITE, BRAND, templates)
    assert str(stopped.value).startswith(f"{path}:2: ")
    assert why in str(stopped.value)
    assert str(stopped.value).endswith("`digest check` tells more")
