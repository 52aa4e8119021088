"""Which providers stand between the parentheses of `failover(a b)`? URLs apart by white space."""

import re
from collections.abc import Iterator

from digest.errors import ConfigError, unknown

GROUPS = ("failover",)
"""What a group can be."""
_OPENING = re.compile(r"\s*([A-Za-z]+)\s*\(")


def members_of(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Give a group's name and its members' URLs; None for the URL of a single provider.

    Raises:
        ConfigError: no such group, nobody in it, or its parentheses don't match.
    """
    opening = _OPENING.match(text)
    if opening is None:
        return None
    name = opening[1].lower()
    if name not in GROUPS:
        raise ConfigError(f"DIGEST_PROVIDER_URL: {unknown('group of providers', name, GROUPS)}")
    inner, _, behind = text[opening.end() :].rpartition(")")
    if behind.strip() or text.count("(") != text.count(")"):
        raise _unbalanced(name)
    members = tuple(_split(name, inner))
    if not members:
        raise ConfigError(f"DIGEST_PROVIDER_URL: {name}() names nobody: write {_example(name)}")
    if any(member.endswith(",") for member in members):
        raise ConfigError(f"DIGEST_PROVIDER_URL: no comma in a {name}(): write {_example(name)}")
    return name, members


def _split(name: str, inner: str) -> Iterator[str]:
    """Cut at the white space that stands outside any parentheses."""
    depth, word = 0, ""
    for char in f"{inner} ":
        depth += (char == "(") - (char == ")")
        if depth < 0:
            raise _unbalanced(name)
        if depth or not char.isspace():
            word += char
        elif word:
            yield word
            word = ""


def _unbalanced(name: str) -> ConfigError:
    return ConfigError(
        f"DIGEST_PROVIDER_URL: the parentheses of {name}(…) don't match; write {_example(name)},"
        " and %28 and %29 for those in a password"
    )


def _example(name: str) -> str:
    return f"{name}(sendgrid:// smtp://user:password@host:587)"
