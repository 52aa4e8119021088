"""Which attributes has a value that a template is given? Read from its class, not from a value."""

import dataclasses
import types
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from digest.compose.members import is_open

Kind = Any
"""A class, a form of `typing`, a Macro, a Module; ANYTHING where nobody can say."""
ANYTHING: Kind = Any


@cache
def _attributes(kind: Kind) -> Mapping[str, Kind]:
    """Give a class's public attributes and what each is."""
    if dataclasses.is_dataclass(kind) or issubclass(kind, BaseModel):
        fields = {name: hint for name, hint in get_type_hints(kind).items() if name[0] != "_"}
    else:
        fields = {}
    others = (name for name in dir(kind) if name not in fields and _is_open(kind, name))
    return fields | {name: _of_member(getattr(kind, name)) for name in others}


def attribute(kind: Kind, name: str) -> Kind | None:
    """Give what an attribute is; None: there is no such one.

    A mapping has its keys as attributes, and nobody knows them here.
    """
    plain: Kind = _plain(kind)
    if not _is_known(plain) or issubclass(plain, Mapping):
        return ANYTHING
    return _attributes(plain).get(name)


def names(kind: Kind) -> list[str]:
    """Give the names of all attributes, as far as they are known."""
    plain: Kind = _plain(kind)
    return sorted(_attributes(plain)) if _is_known(plain) else []


def item(kind: Kind, place: int | None = None) -> Kind:
    """Give what a loop over it gives, or what stands at a place of it."""
    origin: Kind = get_origin(_bare(kind))
    inner = get_args(_bare(kind))
    if not inner:
        return str if _plain(kind) is str else ANYTHING
    if origin is tuple and inner[-1] is not Ellipsis:
        return inner[place] if place is not None and place < len(inner) else ANYTHING
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return inner[0] if place is None else ANYTHING
    return inner[0]


def given_by_call(owner: Kind, method: str) -> Kind:
    """Give what a method of a value gives."""
    inner = get_args(_bare(owner))
    if len(inner) == 2 and method == "items":
        return list[tuple[inner[0], inner[1]]]  # type: ignore[valid-type]
    return list[inner[1]] if len(inner) == 2 and method == "values" else ANYTHING  # type: ignore[valid-type]


def _is_open(kind: Kind, name: str) -> bool:
    """Say whether the sandbox lets a template have it; of a class it lets nothing be had."""
    if issubclass(kind, type):
        return False
    return name[0] != "_" and (not issubclass(kind, BaseModel) or is_open(kind, name))


def _is_known(plain: Kind) -> bool:
    return plain is not ANYTHING and isinstance(plain, type)


def _bare(kind: Kind) -> Kind:
    """Take off what says nothing of attributes: Annotated, `| None`."""
    origin: Kind = get_origin(kind)
    if origin is Annotated:
        return _bare(get_args(kind)[0])
    if origin in (Union, types.UnionType):
        left = [one for one in get_args(kind) if one is not type(None)]
        return _bare(left[0]) if len(left) == 1 else ANYTHING
    return kind


def _plain(kind: Kind) -> Kind:
    kind = _bare(kind)
    origin: Kind = get_origin(kind)
    return type(get_args(kind)[0]) if origin is Literal else origin or kind


def _of_member(member: object) -> Kind:
    if not isinstance(member, property) or member.fget is None:
        return ANYTHING
    try:
        return get_type_hints(member.fget).get("return", ANYTHING)
    except NameError:  # its types are imported for mypy alone
        return ANYTHING
