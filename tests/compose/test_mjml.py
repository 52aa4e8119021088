"""From MJML to HTML: the compiler's faults cured, a broken template named."""

import os
import re
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from digest.compose.brand import Logo, Place
from digest.compose.dressing import Dressing, Shown
from digest.compose.layout import lay_out
from digest.compose.mjml import compile_mjml
from digest.compose.note import Facts, Note, write
from digest.compose.page import Page
from digest.compose.render import fill, render
from digest.errors import RenderError
from digest.model.issue import Appointment
from digest.model.notice import NoticeKind
from tests.builders import a_brief
from tests.compose.desk import BRAND, SITE, TEMPLATES, a_newsletter, an_issue_of, some_briefs


def test_the_compilers_faults_are_cured() -> None:
    source = (
        '<mjml><mj-body><mj-section><mj-column><mj-image alt="a\u00a0b\u202fc\\ e\u0301"\n'
        ' src="https://a.example/i.png" padding="0px" /></mj-column></mj-section></mj-body></mjml>'
    )
    html = compile_mjml(source)
    assert "\\u{" not in html
    assert 'alt="a\u00a0b\u202fc&#92; e&#769;"' in html


def test_a_cell_has_no_attribute_that_html_does_not_know() -> None:
    button = (
        '<mj-button href="https://a.example/?x= vertical-align=">vertical-align="top"</mj-button>'
    )
    head, tail = (
        "<mjml><mj-body><mj-section><mj-column>",
        "</mj-column></mj-section></mj-body></mjml>",
    )
    html = compile_mjml(head + button + tail)
    assert [tag for tag in re.findall(r"<td[^>]*>", html) if " vertical-align=" in tag] == []
    assert 'vertical-align="top"</a>' in html
    assert 'href="https://a.example/?x= vertical-align="' in html


def test_what_is_no_mjml_is_an_error_of_ours() -> None:
    with pytest.raises(RenderError, match="no usable MJML"):
        compile_mjml("<mjml><mj-body></mjml>")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% if %}", r"issue\.mjml:1: "),
        ("{{ page.nothing }}", "nothing"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ missing }}", "'missing' is undefined"),
        ("<!-- \udce9 -->", "can't decode byte 0xe9"),
    ],
)
def test_a_broken_template_is_named(tmp_path: Path, template: str, message: str) -> None:
    (tmp_path / "email").mkdir()
    content = template.encode("utf-8", "surrogateescape")
    (tmp_path / "email" / "issue.mjml").write_bytes(content)
    with pytest.raises(RenderError, match=message):
        render(an_issue_of(a_brief()), a_newsletter(), SITE, BRAND, tmp_path)


FULL_BRAND = BRAND.model_copy(
    update={
        "logo": Logo(url="https://lettre.example/logo.png", width=180, height=40),
        "social": (Place(name="Mastodon", url="https://mastodon.example/@hebdo"),),
    }
)


def letter_of(template: str) -> Page | Note:
    if template == "notice.mjml":
        facts = Facts(address="awa@readers.example", newsletter="Hebdo", link=SITE.url)
        return write(NoticeKind.CONFIRM, "fr", facts, SITE, BRAND)
    image = "https://presse.example/i.png"
    brief = a_brief(image_url=image, language="ar", follows="Avant", essential="Une ligne")
    day = Appointment(day=date(2026, 12, 3), text="Sommet")
    issue = an_issue_of(brief, *some_briefs(2, image_url=image), *some_briefs(1))
    issue = replace(issue, content=replace(issue.content, agenda=(day,)))
    sized = Dressing(picture=lambda url, _: Shown(url=url, width=1200, height=800))
    return lay_out(issue, a_newsletter(), SITE, BRAND, dressing=sized)


@pytest.mark.parametrize("template", ["issue.mjml", "notice.mjml"])
def test_the_reference_compiler_finds_nothing_wrong_with_the_template(
    tmp_path: Path, template: str
) -> None:
    mjml = Path(__file__).parents[1] / "tools" / "node_modules" / ".bin" / "mjml"
    if not mjml.exists():
        assert "CI" not in os.environ, "in CI the reference is always asked: make reference"
        pytest.skip("`make reference` was not called: the MJML is not validated")
    source = tmp_path / template
    text = fill(TEMPLATES, template, letter_of(template), FULL_BRAND)
    source.write_text(text.strip(), encoding="utf-8")
    found = subprocess.run(
        [mjml, "--validate", source], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")
