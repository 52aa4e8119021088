"""brand.yaml: what it may hold, and colours a reader can tell apart."""

from pathlib import Path

import pytest
import yaml

from digest.compose.brand import read_brand
from digest.compose.contrast import contrast
from digest.compose.render import render
from digest.errors import ConfigError
from tests.builders import a_brief
from tests.compose.desk import BRAND, SITE, TEMPLATES, a_newsletter, an_issue_of


def written(tmp_path: Path, **changes: object) -> Path:
    values = yaml.safe_load((TEMPLATES / "brand.yaml").read_text(encoding="utf-8"))
    path = tmp_path / "brand.yaml"
    path.write_text(yaml.safe_dump(values | changes), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#ffffff", "#ffffff", 1.0)],
)
def test_contrast_is_wcags(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


def test_faint_colours_are_refused_in_both_appearances(tmp_path: Path) -> None:
    path = written(tmp_path, themes={"diplomacy": {"light": "#aaaaaa", "dark": "#333333"}})
    with pytest.raises(ConfigError) as refused:
        read_brand(path)
    message = str(refused.value)
    assert "themes.diplomacy (#aaaaaa) on light paper (#ffffff) has contrast 2.3" in message
    assert "themes.diplomacy (#333333) on dark paper" in message


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, images="some", colour="red", others=[])
    with pytest.raises(ConfigError) as refused:
        read_brand(path)
    for name in ("images", "colour", "others"):
        assert f"{path}: {name}: " in str(refused.value)


@pytest.mark.parametrize("content", [b"a: [", b"- 1", b"\x07", "name: Été".encode("latin-1")])
def test_what_is_no_brand_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "brand.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=str(path)):
        read_brand(path)


def test_a_missing_brand_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not there"):
        read_brand(tmp_path / "brand.yaml")


def test_an_edited_brand_is_read_again(tmp_path: Path) -> None:
    import os

    path = written(tmp_path, name="Avant")
    assert read_brand(path).name == "Avant"
    written(tmp_path, name="Après")
    os.utime(path, ns=(1, 1))
    assert read_brand(path).name == "Après"


def test_a_theme_without_a_colour_takes_one_in_turn() -> None:
    assert BRAND.colour("diplomacy", 0) == BRAND.themes["diplomacy"]
    assert BRAND.colour("climat", 1) == BRAND.others[1]
    assert BRAND.colour("climat", 1 + len(BRAND.others)) == BRAND.others[1]


def test_a_font_can_not_carry_style_of_its_own(tmp_path: Path) -> None:
    fonts = {"heading": "x;} body{display:none", "text": "serif", "small": "serif"}
    with pytest.raises(ConfigError, match=r"fonts\.heading"):
        read_brand(written(tmp_path, fonts=fonts))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("logo", {"url": "http://lettre.example/l.png", "width": 180, "height": 40}),
        ("logo", {"url": "https://lettre.example/l.png", "width": 900, "height": 40}),
        ("logo", {"url": 'https://lettre.example/"onload', "width": 180, "height": 40}),
        ("social", [{"name": "", "url": "https://mastodon.example/@hebdo"}]),
        ("social", [{"name": "Mastodon", "url": "javascript:alert(1)"}]),
    ],
)
def test_a_logo_or_link_that_no_mailbox_shows_is_refused(
    tmp_path: Path, key: str, value: object
) -> None:
    with pytest.raises(ConfigError, match=f"brand.yaml: {key}"):
        read_brand(written(tmp_path, **{key: value}))


def test_a_logo_stands_in_the_names_place_and_links_under_the_stories(tmp_path: Path) -> None:
    logo = {"url": "https://lettre.example/logo.png", "width": 180, "height": 40}
    social = [{"name": "Mastodon", "url": "https://mastodon.example/@hebdo"}]
    brand = read_brand(written(tmp_path, logo=logo, social=social))
    edition = render(an_issue_of(a_brief()), a_newsletter(), SITE, brand, TEMPLATES)
    assert 'alt="Observatoire du Sahel"' in edition.html
    assert 'width="180"' in edition.html
    assert "Observatoire du Sahel</p></div><h1" not in edition.html
    for part in (edition.html, edition.text):
        assert "https://mastodon.example/@hebdo" in part
