"""Which models of themes are kept, and which one scores? Files in var/models/themes.

`<name>.json.gz` is a model, named by its content; the file `current` names the one that scores.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from digest.errors import ConfigError, NotFoundError, unknown
from digest.group.themes.model import (
    ALONE,
    ModelError,
    Provenance,
    ThemeModel,
    name_of,
    read_model,
    write_model,
)
from digest.group.themes.scoring import changed, fits
from digest.pipeline.newsroom import Newsroom

_ENDING = ".json.gz"
_CHOICE = "current"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A model's file."""

    name: str
    chosen: bool
    provenance: Provenance | None
    """None of a damaged file."""
    damage: str = ""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What scores articles."""

    name: str
    """`definition`, or the name of a model."""
    model: ThemeModel | None
    note: str = ""
    """Why the definitions score alone, or some themes by theirs alone, although a model is chosen;
    and what to do about it."""


def kept(newsroom: Newsroom) -> list[Kept]:
    """Give the models that are kept, the newest first."""
    folder = _folder(newsroom)
    choice = chosen_name(newsroom)
    found = [_kept(path, choice) for path in sorted(folder.glob(f"*{_ENDING}"))]
    return sorted(found, key=_made_at, reverse=True)


def chosen_name(newsroom: Newsroom) -> str:
    """Give the name of what was chosen: `definition` where nothing was."""
    path = _folder(newsroom) / _CHOICE
    return (
        path.read_text(encoding="utf-8", errors="replace").strip() if path.is_file() else ""
    ) or ALONE


def chosen(newsroom: Newsroom) -> Chosen:
    """Open the model that was chosen; where it can't be used, say why and go on by definition."""
    name = chosen_name(newsroom) if newsroom.models else ALONE
    if name == ALONE:
        return Chosen(name=ALONE, model=None)
    try:
        model = open_model(newsroom, name)
    except (ConfigError, NotFoundError) as failure:
        return Chosen(name=ALONE, model=None, note=f"themes are scored by definition: {failure}")
    if not fits(model, newsroom.encoder):
        return Chosen(name=ALONE, model=None, note=_without_encoder(name, model))
    strangers = changed(newsroom.schedule.themes, model)
    return Chosen(name=name, model=model, note=_strange(strangers) if strangers else "")


def open_model(newsroom: Newsroom, name: str) -> ThemeModel:
    """Open a model.

    Raises:
        NotFoundError: no model of that name is kept.
        ConfigError: its file is damaged, or another's.
    """
    path = _folder(newsroom) / f"{name}{_ENDING}"
    names = {one.name.removesuffix(_ENDING) for one in _folder(newsroom).glob(f"*{_ENDING}")}
    if name not in names:
        told = unknown("model", name, names | {ALONE})
        raise NotFoundError(f"{told}: `digest themes models` lists them")
    try:
        model = read_model(path.read_bytes())
        if name_of(model) != name:
            raise ModelError("its content is not what its name says")
    except (ModelError, OSError) as failure:
        raise ConfigError(
            f"{path} is no model of ours: {failure}: delete it, then `digest themes train`, or"
            " choose another of `digest themes models` with `digest themes use`"
        ) from failure
    return model


def keep(newsroom: Newsroom, model: ThemeModel) -> str:
    """Write a model's file; one of equal content stays as it is. Give its name."""
    name = name_of(model)
    path = _folder(newsroom) / f"{name}{_ENDING}"
    if not path.is_file():
        _replace(path, write_model(model))
    return name


def choose(newsroom: Newsroom, name: str) -> None:
    """Let a model score from the next grouping on, or the definitions alone.

    Raises:
        NotFoundError: no model of that name is kept.
        ConfigError: it is damaged, or was learned with an encoder that is not in use.
    """
    if name != ALONE:
        model = open_model(newsroom, name)
        if not fits(model, newsroom.encoder):
            raise ConfigError(_without_encoder(name, model))
    _replace(_folder(newsroom) / _CHOICE, f"{name}\n".encode())


def _folder(newsroom: Newsroom) -> Path:
    if newsroom.models is None:
        raise ConfigError("this newsroom has no folder for models")
    return newsroom.models


def _replace(path: Path, content: bytes) -> None:
    """Put a file in its place whole, whatever happens meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _kept(path: Path, choice: str) -> Kept:
    name = path.name.removesuffix(_ENDING)
    try:
        provenance = read_model(path.read_bytes()).provenance
    except (ModelError, OSError) as failure:
        return Kept(name=name, chosen=name == choice, provenance=None, damage=str(failure))
    return Kept(name=name, chosen=name == choice, provenance=provenance)


def _made_at(model: Kept) -> str:
    return model.provenance.made_at if model.provenance else ""


def _without_encoder(name: str, model: ThemeModel) -> str:
    return (
        f"model {name} was learned with the encoder {model.provenance.encoder}, which is not in"
        " use: set DIGEST_SEMANTIC=yes, or let `digest themes train` make one without; until then"
        " themes are scored by definition"
    )


def _strange(themes: list[str]) -> str:
    return (
        f"scored by definition alone, because it changed since the model was made:"
        f" {', '.join(themes)}; `digest themes train` learns anew"
    )
