"""Which of several texts about one event is nearest to what all of them say?"""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from digest.group.background import RARE, shares
from digest.group.text import Lexer


def nearest_first(texts: Sequence[str], language: str) -> list[int]:
    """Order texts of one language, as their places, by the cosine to their common centre.

    Each text counts the same however long it is; equals keep their order.
    """
    lexer, known = Lexer(language), shares(language)
    vectors = [_unit(Counter(lexer.stems(text)), known) for text in texts]
    centre: defaultdict[str, float] = defaultdict(float)
    for vector in vectors:
        for stem, weight in vector.items():
            centre[stem] += weight
    near = [math.fsum(weight * centre[stem] for stem, weight in v.items()) for v in vectors]
    return sorted(range(len(texts)), key=lambda place: -near[place])


def _unit(times: Counter[str], known: dict[str, float]) -> dict[str, float]:
    weights = {stem: n * -math.log(known.get(stem, RARE)) for stem, n in times.items()}
    length = math.sqrt(math.fsum(weight**2 for weight in weights.values()))
    return {stem: weight / length for stem, weight in weights.items()} if length else {}
