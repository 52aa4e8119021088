"""What was learned of themes, as a value and as a file: JSON, compressed, equal for equal input."""

import gzip
import hashlib
import json
import math
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from digest.schedule.values import Theme

FORM = "digest-themes-1"
"""Stands in each file: another form's numbers mean something else."""
ALONE = "definition"
"""Names what scores without a model: the editor's definitions."""

_WRONG = (ValueError, LookupError, TypeError, AttributeError)
"""What reading fails with where JSON is none, or holds something else than it should."""


class ModelError(ValueError):
    """A file is no model, or was damaged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Learned:
    """What speaks for one theme in one language, in logits."""

    weights: Mapping[int, float]
    """Number of a feature → its weight; the heaviest alone are kept."""
    bias: float
    dense: tuple[float, ...] = ()
    """One weight for each number of the encoder's vectors; empty without an encoder."""
    dense_bias: float = 0.0
    meaning: tuple[float, ...] = ()
    """The encoder's vector of the definition."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tongue:
    """What was learned in one language."""

    features: tuple[str, ...]
    """Stems, and pairs of stems with a space between."""
    rarity: tuple[float, ...]
    written: Mapping[int, str]
    """Number of a feature → how it reads in an article, of those that any theme weighs."""
    themes: Mapping[str, Learned]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A theme before and after it was learned."""

    defined: int
    """Articles of the archive that belong by the definition."""
    learned: int
    """Articles that belong with the model."""
    gained: int
    """Belong with the model only."""
    lost: int
    """Belong by the definition only."""
    held_back: int = 0
    """Corrections that were tried on a model which had not seen them."""
    right_before: int = 0
    """Of those, right by the definition."""
    right_after: int = 0
    """Of those, right by that model."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Provenance:
    """Where a model comes from."""

    made_at: str
    """ISO 8601, UTC. Of no account for the model's name: equal input makes an equal model."""
    version: str
    """Of digest."""
    definitions: Mapping[str, str]
    """Theme → hash of its definition: one that changed since is scored by its definition alone."""
    encoder: str
    """Name of the sentence encoder; empty without one."""
    articles: Mapping[str, int]
    """Language → articles of the archive that were learned from."""
    archive: str
    """Hash of their ids."""
    corrections: int
    seed: int
    before: str
    """What scored when this one was made. Of no account for the name either."""
    figures: Mapping[str, Outcome] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ThemeModel:
    """What was learned, and from what."""

    languages: Mapping[str, Tongue]
    provenance: Provenance


def definition_hash(theme: Theme) -> str:
    """Name a definition by its content; where its threshold lies is no part of it."""
    return _short(_json(theme.model_dump(mode="json", exclude={"minimum"})))


def name_of(model: ThemeModel) -> str:
    """Name a model by its content, but for when and after which other one it was made."""
    content = _plain(model)
    content["provenance"] |= {"made_at": "", "before": ""}
    return _short(_json(content))


def write_model(model: ThemeModel) -> bytes:
    """Write a model as the bytes of its file."""
    return gzip.compress(_json(_plain(model)), compresslevel=6, mtime=0)


def read_model(content: bytes) -> ThemeModel:
    """Read a model's file.

    Raises:
        ModelError: it is none, of another form, or damaged.
    """
    try:
        found = json.loads(gzip.decompress(content))
        if not isinstance(found, dict) or found.get("form") != FORM:
            raise ModelError(f"it is no model of the form {FORM}")
        return ThemeModel(
            languages={name: _tongue(one) for name, one in found["languages"].items()},
            provenance=_provenance(found["provenance"]),
        )
    except (OSError, EOFError, zlib.error, RecursionError, *_WRONG) as damage:
        raise ModelError(f"it can't be read ({damage})") from damage


def _tongue(found: Mapping[str, Any]) -> Tongue:
    tongue = Tongue(
        features=tuple(found["features"]),
        rarity=tuple(found["rarity"]),
        written=_numbered(found["written"]),
        themes={name: _learned(one) for name, one in found["themes"].items()},
    )
    numbers = {number for one in tongue.themes.values() for number in one.weights}
    if len(tongue.features) != len(tongue.rarity) or not numbers <= tongue.written.keys():
        raise ModelError("its parts do not fit together")
    if any(not 0 <= number < len(tongue.features) for number in numbers):
        raise ModelError("it weighs words that it does not have")
    if not all(map(math.isfinite, _figures(tongue))):
        raise ModelError("one of its figures is none")
    return tongue


def _figures(tongue: Tongue) -> Iterator[float]:
    yield from tongue.rarity
    for one in tongue.themes.values():
        yield from (*one.weights.values(), one.bias, *one.dense, one.dense_bias, *one.meaning)


def _learned(found: Mapping[str, Any]) -> Learned:
    return Learned(
        weights=_numbered(found["weights"]),
        bias=found["bias"],
        dense=tuple(found["dense"]),
        dense_bias=found["dense_bias"],
        meaning=tuple(found["meaning"]),
    )


def _provenance(found: Mapping[str, Any]) -> Provenance:
    if not isinstance(found["made_at"], str):
        raise ModelError("it does not say when it was made")
    figures = {name: Outcome(**one) for name, one in found["figures"].items()}
    return Provenance(**{**found, "figures": figures})


def _numbered(found: Mapping[str, Any]) -> dict[int, Any]:
    return {int(number): value for number, value in found.items()}


def _plain(model: ThemeModel) -> dict[str, Any]:
    return {"form": FORM, **asdict(model)}


def _json(value: object) -> bytes:
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:10]
