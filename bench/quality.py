"""How right is grouping? One table of every figure, by words alone and with a sentence encoder.

`make bench-grouping` measures on `../shared/data`; with DATA=… on another folder of
the same form. Of what is not there nothing is measured but the project's own week.
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from digest.group.meaning import Encoder, sentence_encoder
from tests.quality import story_figures, summaries, theme_figures

RESULT = Path("var/bench-grouping.json")
FLOORS = Path(__file__).parents[1] / "tests" / "quality" / "floors.json"

Measure = Callable[[Path, Encoder | None], Mapping[str, float]]


def main(folder: str = "../shared/data") -> None:
    """Measure, print the table, write var/bench-grouping.json."""
    data = Path(folder)
    if not data.is_dir():
        print(f"{folder} is not there: only the project's own week is measured")
    measures = _measures(data)
    lexical = _measured(measures, data, None)
    semantic = _measured(measures, data, sentence_encoder())
    floors = json.loads(FLOORS.read_text())
    print(f"\n{'figure':38}{'by words':>10}{'semantic':>10}{'floor':>8}")
    for name in lexical:
        floor = floors.get(name)
        meant = semantic.get(name)
        print(f"{name:38}{lexical[name]:10.3f}{_cell(meant):>10}{_cell(floor):>8}")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"lexical": lexical, "semantic": semantic}, indent=2) + "\n")
    print(f"\nwritten to {RESULT}")


def _measures(data: Path) -> list[Measure]:
    if not data.is_dir():
        return [lambda _, encoder: story_figures.figures(None, encoder)]
    return [story_figures.figures, theme_figures.figures, _summaries]


def _measured(measures: list[Measure], data: Path, encoder: Encoder | None) -> dict[str, float]:
    found: dict[str, float] = {}
    for measure in measures:
        found |= measure(data, encoder)
        print(".", end="", flush=True)
    return {name.removesuffix(".semantic"): value for name, value in found.items()}


def _summaries(data: Path, encoder: Encoder | None) -> Mapping[str, float]:
    """Measure summaries, of all articles that taught nothing; an encoder has no part in them."""
    return {} if encoder else summaries.figures(data, every=1)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


if __name__ == "__main__":
    main(*sys.argv[1:])
