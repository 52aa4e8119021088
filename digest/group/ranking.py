"""Which stories come first in a section, and what made each place? A sum of named parts."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from digest.model.article import Article
from digest.model.story import RankedStory, RankPart, Story, ThemeScore

PINNED = 10.0
"""More than all other parts together: what an editor pins stands first."""

_RECENCY, _VOICES, _THEME, _SOURCE = 1.0, 1.0, 1.0, 0.5
_MANY_VOICES = 8
"""From here on further voices add nothing."""


def rank(
    stories: Iterable[Story],
    scores: Mapping[int, Sequence[ThemeScore]],
    articles: Mapping[int, Article],
    *,
    theme: str,
    weights: Mapping[str, float],
    now: datetime,
    window: timedelta,
    pins: Collection[int] = (),
) -> list[RankedStory]:
    """Rank the stories of a theme whose newest article is at most `window` old, best first.

    `scores` and `articles` are by article id, `weights` by source name (1 when absent). A story
    belongs to a theme when its lead does, or at least half of its articles do. `pins` are articles
    whose story stands before all that are not pinned.
    """
    ranked = []
    for story in stories:
        age = max(now - story.happened_at, timedelta(0))
        fit = theme_score(story, scores, theme)
        if fit is not None and age <= window:
            sources = {articles[a].source for a in story.article_ids if a in articles}
            weight = max((weights.get(source, 1.0) for source in sources), default=1.0)
            parts = _parts(age / window, story.voices, fit, weight)
            if any(article in pins for article in story.article_ids):
                parts += (RankPart(name="pinned", value=PINNED),)
            score = round(math.fsum(part.value for part in parts), 4)
            ranked.append(RankedStory(story=story, theme=theme, score=score, parts=parts))
    return sorted(ranked, key=lambda r: (-r.score, r.story.id))


def theme_score(
    story: Story, scores: Mapping[int, Sequence[ThemeScore]], theme: str
) -> float | None:
    """Give a story's mean score among its articles of the theme; None when it isn't of it."""
    found = {
        article: score.score
        for article in story.article_ids
        for score in scores.get(article, ())
        if score.theme == theme and score.belongs
    }
    if story.lead_id not in found and 2 * len(found) < len(story.article_ids):
        return None
    return math.fsum(found.values()) / len(found) if found else None


def voices_worth(voices: int, rise: float) -> int | None:
    """Give how many more independent voices would raise a score that much; None when none would."""
    for more in range(1, _MANY_VOICES - voices + 1):
        if _heard(voices + more) - _heard(voices) >= rise:
            return more
    return None


def _heard(voices: int) -> float:
    return round(_VOICES * min(1.0, math.log(1 + voices) / math.log(1 + _MANY_VOICES)), 4)


def _parts(age: float, voices: int, fit: float, weight: float) -> tuple[RankPart, ...]:
    """Weigh: half the recency is gone at half the window, half the theme's part is had at 1."""
    values = {
        "recency": _RECENCY * 0.5 ** (2 * age),
        "voices": _heard(voices),
        "theme": _THEME * fit / (fit + 1),
        "source": _SOURCE * weight / (weight + 1),
    }
    return tuple(RankPart(name=name, value=round(value, 4)) for name, value in values.items())
