"""In which language does a browser ask for a page?"""

from digest.schedule.fields import LANGUAGES

_LONGEST_HEADER = 500


def choose(accepted: str, default: str) -> str:
    """Choose a language by an Accept-Language header (RFC 9110 §12.5.4)."""
    ranges = accepted[:_LONGEST_HEADER].split(",")
    wishes = sorted(map(_wish, ranges), key=lambda wish: -wish[1])
    known = (name for name, weight in wishes if weight > 0 and name in LANGUAGES)
    return next(known, default)


def _wish(text: str) -> tuple[str, float]:
    tag, _, parameter = text.partition(";")
    name = tag.strip().lower().partition("-")[0]
    try:
        return name, float(parameter.strip().removeprefix("q=")) if parameter else 1.0
    except ValueError:
        return name, 0.0
