"""Would MJML's compiler make of it what is meant? It refuses little: it drops or misprints."""

import re
from collections.abc import Iterator

from digest.compose.linting.markup import BLOCK, UNKNOWN, Reading, Tag
from digest.compose.linting.standard import ATTRIBUTES, COLOURS, ENDING, EVERYWHERE, INSIDE
from digest.errors import unknown

Found = tuple[int, str, bool]
"""Offset, words, whether it is but a warning."""

_REFUSED = {
    "mj-include": "write {% include %}",
    "mj-html-attributes": "write the attribute into an mj-raw or mj-text",
}
"""What the official compiler knows and ours stops at."""
_ODD = {
    "mj-preview": "hidden white text of 1 px looks like spam: use mj-raw with display:none",
    "mj-font": "it fetches a font from elsewhere, which tells where and when mail is read",
}
_DEFAULTS = frozenset({"mj-all", "mj-class"})
_COLOUR = re.compile(
    r"#([0-9a-f]{3}){1,2}|rgba?\(\s*\d{1,3}(\s*,\s*[\d.]+){2,3}\s*\)|transparent|inherit", re.I
)
_KIND = re.compile(r"(\w+)(?:\(([^)]*)\))?(?:\{1,(\d)\})?")


def tag_faults(tag: Tag) -> Iterator[Found]:
    """Look at one tag of MJML: is it known, are its attributes, have these the form they must?"""
    if not tag.name.startswith("mj"):
        return
    if tag.name in _REFUSED:
        yield tag.offset, f"{tag.name} can't be compiled: {_REFUSED[tag.name]}", False
        return
    if tag.name in _ODD:
        yield tag.offset, f"{tag.name}: {_ODD[tag.name]}", True
    elif tag.name not in ATTRIBUTES and tag.name not in _DEFAULTS:
        yield tag.offset, unknown("element", tag.name, ATTRIBUTES), False
        return
    for name in tag.twice:
        yield tag.offset, f"{tag.name} has its attribute {name!r} twice", False
    known = _known(tag)
    for name, value in tag.attributes.items():
        if name in EVERYWHERE or UNKNOWN in name:
            yield from _class(tag, name, value)
        elif name not in known:
            yield tag.offset, unknown(f"attribute of {tag.name}", name, known), False
        elif words := _misfit(value, known[name]):
            shown = value.replace(UNKNOWN, "{{ … }}")
            yield tag.offset, f"{tag.name} {name}={shown!r}: {words}", False


def _known(tag: Tag) -> dict[str, str]:
    if tag.name in _DEFAULTS:
        known = {name: kind for one in ATTRIBUTES.values() for name, kind in one.items()}
        return known | {"name": "string"}
    return ATTRIBUTES.get(tag.name, {})


def _class(tag: Tag, name: str, value: str) -> Iterator[Found]:
    if name == "mj-class" and len(value.split()) > 1:
        yield tag.offset, f"{tag.name} has several classes: the first alone counts", True


def _misfit(value: str, kind: str) -> str:
    """Say why a value is not of the kind; empty: it is."""
    form = _KIND.fullmatch(kind)
    if form is None:
        return ""
    name, inner, most = form[1], (form[2] or "").split(","), int(form[3] or 1)
    if name in ("unit", "unitWithNegative"):
        return _measure(value, inner, most)
    if UNKNOWN in value:
        return ""
    fits, words = {
        "color": (bool(_COLOUR.fullmatch(value)) or value in COLOURS, "is no colour"),
        "enum": (value in inner, f"must be one of {', '.join(filter(None, inner))}"),
        "boolean": (value in ("true", "false"), "must be true or false"),
        "integer": (value.isdecimal(), "must be a whole number"),
    }.get(name, (True, ""))
    return "" if fits else words


def _measure(value: str, units: list[str], most: int) -> str:
    if BLOCK in value:  # its branches may each be but a part of a measure
        return ""
    parts = value.split()
    if UNKNOWN not in value and not 1 <= len(parts) <= most:
        return f"must be {'one measure' if most == 1 else f'one to {most} measures'}"
    for part in (one for one in parts if UNKNOWN not in one):
        number = re.fullmatch(r"-?\d*\.?\d+([a-z%]*)", part)
        unit = number[1] if number else part
        if number and not unit and "" not in units:
            return f"{part!r} lacks its unit, pictures get a wrong width: write {part}px"
        if unit not in units:
            return f"must be in {' or '.join(filter(None, units))}"
    return ""


def structure_faults(reading: Reading) -> Iterator[Found]:
    """Look whether each element stands where MJML has it, and text where it is printed."""
    for tag in reading.tags:
        yield from _place(tag)
    for offset, text, within in reading.words:
        around = _around(within)
        if around and around == within[-1] and around not in ENDING:
            short = text if len(text) < 30 else f"{text[:29]}…"
            yield offset, f"text straight in {around} gets lost: {short!r} needs an mj-text", False
    for offset, words in reading.unbalanced:
        yield offset, words, False
    if not any(tag.name == "mjml" for tag in reading.tags):
        yield 0, "there is no <mjml> in it", False


def _place(tag: Tag) -> Iterator[Found]:
    around = _around(tag.within)
    if around in ("mj-attributes", ""):
        return
    if tag.name not in ATTRIBUTES:
        if around not in ENDING and not tag.name.startswith("mj"):
            words = f"<{tag.name}> straight in {around}: it needs an mj-text, mj-table or mj-raw"
            yield tag.offset, words, False
    elif around in ENDING:
        yield tag.offset, f"{tag.name} in {around} is not compiled: that holds HTML alone", False
    elif tag.name not in INSIDE.get(around, ()):
        homes = sorted(one for one, inner in INSIDE.items() if tag.name in inner)
        where = f"it goes into {' or '.join(homes)}" if homes else "it goes nowhere"
        yield tag.offset, f"{tag.name} can't stand in {around}: {where}", False


def _around(within: tuple[str, ...]) -> str:
    return next((name for name in reversed(within) if name.startswith("mj")), "")
