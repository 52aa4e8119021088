"""A model as a file: equal for equal input, whole or refused."""

import gzip
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.group.themes.model import (
    ModelError,
    Outcome,
    definition_hash,
    name_of,
    read_model,
    write_model,
)
from digest.group.themes.training import learn
from tests.group.archive import archive, learned, material, model_of, theme

FIGURES = {"security": Outcome(defined=9, learned=12, gained=4, lost=1)}


def test_a_file_gives_the_model_back() -> None:
    for encoded in (False, True):
        model = learned(encoded=encoded)
        model = replace(model, provenance=replace(model.provenance, figures=FIGURES))
        assert read_model(write_model(model)) == model


def test_equal_input_gives_equal_bytes() -> None:
    again = model_of(learn(material(archive(300)), []))
    assert write_model(again) == write_model(learned())


def test_a_model_is_named_by_what_it_holds_and_not_by_when_it_was_made() -> None:
    model = learned()
    later = replace(model, provenance=replace(model.provenance, made_at="later", before="other"))
    assert name_of(later) == name_of(model)
    other = replace(model, provenance=replace(model.provenance, corrections=1))
    assert name_of(other) != name_of(model)


def test_a_definition_is_known_by_its_words_and_not_by_its_threshold() -> None:
    assert definition_hash(theme("sport")) == definition_hash(theme("sport", minimum=2.0))
    assert definition_hash(theme("sport")) != definition_hash(theme("sport", exclude=("or",)))


@given(at=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_a_damaged_file_is_refused_or_reads_as_it_was(at: int, flip: int) -> None:
    content = bytearray(write_model(learned()))
    content[at % len(content)] ^= flip
    try:
        found = read_model(bytes(content))
    except ModelError:
        return
    assert found == learned()  # a byte of the header, say of the machine that compressed it


@pytest.mark.parametrize("part", ["", "languages", "provenance", "form"])
def test_a_file_without_a_part_is_refused(part: str) -> None:
    found = json.loads(gzip.decompress(write_model(learned())))
    found.pop(part, None)
    content = gzip.compress(json.dumps(found if part else []).encode())
    with pytest.raises(ModelError, match=r"form|read"):
        read_model(content)


def test_a_file_cut_short_or_of_something_else_is_refused() -> None:
    for content in (b"", b"PK", write_model(learned())[:-40], gzip.compress(b"\xff")):
        with pytest.raises(ModelError):
            read_model(content)


def test_weights_of_features_that_it_does_not_hold_are_refused() -> None:
    found = json.loads(gzip.decompress(write_model(learned())))
    found["languages"]["fr"]["themes"]["sport"]["weights"]["999999"] = 1.0
    with pytest.raises(ModelError, match="do not fit"):
        read_model(gzip.compress(json.dumps(found).encode()))


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        json.dumps({"form": 1, "languages": [], "provenance": {}}).encode(),
        b"\xff\xfe",
    ],
)
def test_hostile_content_is_refused(content: bytes) -> None:
    with pytest.raises(ModelError):
        read_model(gzip.compress(content))


@pytest.mark.parametrize("bias", [float("nan"), float("inf"), None, "3"])
def test_figures_that_are_none_are_refused(bias: object) -> None:
    found = json.loads(gzip.decompress(write_model(learned())))
    found["languages"]["fr"]["themes"]["sport"]["bias"] = bias
    with pytest.raises(ModelError):
        read_model(gzip.compress(json.dumps(found).encode()))


def test_a_model_says_when_it_was_made() -> None:
    found = json.loads(gzip.decompress(write_model(learned())))
    found["provenance"]["made_at"] = 5
    with pytest.raises(ModelError, match="when it was made"):
        read_model(gzip.compress(json.dumps(found).encode()))
