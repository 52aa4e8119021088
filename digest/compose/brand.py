"""What does this newsroom's mail look like? templates/brand.yaml, checked before it is used."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, StringConstraints, ValidationError

from digest.compose.contrast import ENOUGH, contrast
from digest.errors import ConfigError
from digest.schedule.fields import Filled
from digest.schedule.values import Language, Value

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$", to_lower=True)]
SecureAddress = Annotated[str, StringConstraints(pattern=r"^https://[^\s\"<>\\\\]+$")]
Fonts = Annotated[str, StringConstraints(pattern=r"^[\w\s,'-]+$", min_length=1)]


class Palette(Value):
    """The colours of one appearance: light or dark."""

    page: Colour
    """Around the letter."""
    paper: Colour
    """Behind the text."""
    ink: Colour
    quiet: Colour
    """Sources, dates, the footer."""
    link: Colour
    line: Colour
    """Rules between stories: no text, so no contrast is asked of it."""


class Pair(Value):
    """One theme's colour in both appearances."""

    light: Colour
    dark: Colour


class Type(Value):
    """Font stacks of what readers' machines have: no web font is ever fetched."""

    heading: Fonts
    text: Fonts
    small: Fonts


class Logo(Value):
    """A picture in place of the name above the title."""

    url: SecureAddress
    width: int = Field(ge=16, le=544)
    """In CSS pixels; a file of twice as many stays sharp on a phone."""
    height: int = Field(ge=16, le=200)


class Place(Value):
    """Where else readers find the newsroom."""

    name: Filled
    url: SecureAddress


class Brand(Value):
    """The whole file."""

    name: str = ""
    """Above the title; the organisation of schedule.yaml when empty."""
    logo: Logo | None = None
    """Must be readable on light and on dark paper."""
    fonts: Type
    light: Palette
    dark: Palette
    themes: dict[str, Pair] = Field(default_factory=dict)
    others: tuple[Pair, ...] = Field(min_length=1)
    """For themes without a colour of their own, in turn."""
    images: Literal["none", "first", "all"] = "all"
    """`all` shows each story's own picture where it has one, `first` only the top story's."""
    footer: dict[Language, str] = Field(default_factory=dict)
    """A sentence of the newsroom's own under the last story."""

    social: tuple[Place, ...] = ()
    """Links under the last story."""

    @property
    def colours(self) -> tuple[Pair, ...]:
        """Give every colour that a section may have."""
        return (*self.themes.values(), *self.others)

    def colour(self, theme: str, place: int) -> Pair:
        """Give a theme's colour; `place` is its section's, counted from 0."""
        return self.themes.get(theme) or self.others[place % len(self.others)]


def read_brand(path: Path) -> Brand:
    """Read and check brand.yaml.

    Raises:
        ConfigError: it is missing or wrong; names every problem.
    """
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        raise ConfigError(f"{path}: not there: copy the one that comes with digest") from None


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Brand:
    try:
        brand = Brand.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as failure:
        raise ConfigError(f"{path}: not readable as YAML: {failure}") from failure
    except ValidationError as failure:
        raise ConfigError("\n".join(_problems(path, failure))) from failure
    if faint := list(_faint(brand)):
        raise ConfigError("\n".join(f"{path}: {problem}" for problem in faint))
    return brand


def _problems(path: Path, failure: ValidationError) -> Iterator[str]:
    for error in failure.errors():
        place = ".".join(str(part) for part in error["loc"]) or "the file"
        yield f"{path}: {place}: {error['msg']} (it is {_short(error['input'])})"


def _short(value: Any) -> str:  # noqa: ANN401 - whatever stands in the file
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _faint(brand: Brand) -> Iterator[str]:
    """Name every text colour that can't be read on its background."""
    for appearance, palette in (("light", brand.light), ("dark", brand.dark)):
        texts = {name: getattr(palette, name) for name in ("ink", "quiet", "link")}
        texts |= {f"themes.{name}": getattr(p, appearance) for name, p in brand.themes.items()}
        texts |= {f"others.{at}": getattr(p, appearance) for at, p in enumerate(brand.others)}
        for name, colour in texts.items():
            for ground in ("paper", "page"):
                ratio = contrast(colour, getattr(palette, ground))
                if ratio < ENOUGH:
                    yield (
                        f"{name} ({colour}) on {appearance} {ground} ({getattr(palette, ground)})"
                        f" has contrast {ratio:.1f}: readers need {ENOUGH}"
                    )
