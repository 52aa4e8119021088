"""Three judges of the markup, each held against what MJML's own compiler makes of a plain letter.

What they say of that is MJML's own and can't be cured here; whatever else they say is our fault.
"""

import json
from pathlib import Path

import pytest

from digest.compose.note import Facts, write
from digest.compose.render import render_note
from digest.model.notice import NoticeKind
from tests.compose.desk import BRAND, SITE, TEMPLATES
from tests.judges.borrowed import CANIEMAIL, MJML, TOOLS, VNU, answer, borrow
from tests.judges.issues import samples

PLAIN = Path(__file__).parent / "plain.mjml"
MJMLS_OWN_ERRORS = {
    "Attribute “xmlns:v” not allowed here.": "VML, which Outlook on Windows draws with",
    "Attribute “xmlns:o” not allowed here.": "Outlook's settings, in a comment that it alone reads",
    "CSS: “mso-table-lspace”: Property “mso-table-lspace” doesn't exist.": "a gap of Outlook's",
    "CSS: “mso-table-rspace”: Property “mso-table-rspace” doesn't exist.": "the same, on the right",
    "CSS: “mso-padding-alt”: Property “mso-padding-alt” doesn't exist.": "a button's room there",
    "Bad value “auto” for attribute “height” on element “img”: Expected a digit but saw “a” "
    "instead.": "Outlook 2007 and later keep a picture's proportions by it",
}
"""What the Nu HTML checker may say, and why MJML writes it nevertheless."""
BEYOND_MJML = {
    ":hover": "underlines a headline under the mouse; without it nothing is lost",
    "Attribute selector": "`[data-ogsc]` is Outlook's own mark of its dark appearance",
    "Child combinator": "narrower margins on telephones; without it they are wider",
    "display:none": "hides the preheader; Outlook on Windows hides it too, but for pictures in it",
    "overflow": "hides the preheader once more, where display is not obeyed",
}
"""What we use that some mail program lacks, and what its readers miss."""


@pytest.fixture
def pages(tmp_path: Path) -> list[Path]:
    """Write down all letters as their readers get them."""
    facts = Facts(address="awa@readers.example", newsletter="Hebdo", link=SITE.url)
    note = render_note(write(NoticeKind.CONFIRM, "fr", facts, SITE, BRAND), BRAND, TEMPLATES)
    letters = {name: sample.html for name, sample in samples().items()} | {"note": note.html}
    return [written(tmp_path / f"{name}.html", html) for name, html in letters.items()]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    borrow(MJML, "node")
    path = tmp_path_factory.mktemp("plain") / "plain.html"
    return written(path, answer(MJML, "--stdout", PLAIN))


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_official_compiler_finds_nothing_wrong_with_the_filled_in_mjml(tmp_path: Path) -> None:
    borrow(MJML, "node")
    sources = [written(tmp_path / f"{name}.mjml", one.mjml) for name, one in samples().items()]
    assert answer(MJML, "--validate", *sources) == ""


def test_the_nu_checker_finds_no_fault_but_mjmls_own(pages: list[Path], plain: Path) -> None:
    borrow(VNU, "java")
    found = checked([*pages, plain])
    errors, warnings = (
        {(one, text) for one, type_, text in found if type_ == kind} for kind in KINDS
    )
    inherited = {text for page, text in warnings if page == plain.name}
    assert set(MJMLS_OWN_ERRORS) <= {text for page, text in errors if page == plain.name}
    assert {one for one in errors if one[1] not in MJMLS_OWN_ERRORS} == set()
    assert {one for one in warnings if one[1] not in inherited} == set()


KINDS = "error", "info"
"""The checker calls a warning a kind of information."""


def checked(files: list[Path]) -> list[tuple[str, str, str]]:
    """Ask the Nu HTML checker about all at once, since Java is slow to start: page, kind, words."""
    quick = "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xss8m"
    how = "--format", "json", "--stdout", "--exit-zero-always"
    report = json.loads(answer("java", *quick, "-jar", VNU, *how, *files))
    return [(Path(one["url"]).name, one["type"], one["message"]) for one in report["messages"]]


def test_mail_programs_know_all_that_we_use_beyond_mjml(pages: list[Path], plain: Path) -> None:
    borrow(CANIEMAIL, "node")
    *ours, inherited = json.loads(answer("node", TOOLS / "caniemail.mjs", *pages, plain))
    known = {tuple(one) for one in inherited}
    lacking = {tuple(one) for letter in ours for one in letter} - known
    assert lacking, "the package answers"
    by_feature = {feature: f"{kind}: {client}" for kind, client, feature in sorted(lacking)}
    assert {name: by_feature[name] for name in by_feature if name not in BEYOND_MJML} == {}
    assert set(BEYOND_MJML) <= set(by_feature), "what nobody lacks any more needs no reason"
