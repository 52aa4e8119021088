"""How fast is grouping? On made-up news: events of invented places, told by several newsrooms."""

import multiprocessing
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from time import perf_counter

from bench.sending import peak_mb
from digest.group.live import LiveWindow
from digest.group.meaning import Encoder, sentence_encoder
from digest.group.ranking import rank
from digest.group.reading import Desk, Reading
from digest.group.stories import Grouping, find_stories
from digest.group.themes import ThemeScorer
from digest.model.article import Article, Precision, Published
from digest.model.story import ThemeScore
from digest.schedule.values import Theme

WORDS = 320
ALIASES = [("JNIM", "GSIM", "Groupe de soutien à l'islam et aux musulmans")]
_ARRIVING = 200
_TEN_DAYS = timedelta(days=10)
_NOW = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
_SYLLABLES = (
    "ba",
    "ko",
    "ri",
    "mé",
    "dou",
    "la",
    "ti",
    "né",
    "gao",
    "sé",
    "gou",
    "fa",
    "so",
    "nia",
)


def seconds_10k() -> float:
    """Group 10,000 articles of ten days once, from text to ranked stories, by words alone."""
    return _grouped_in(10_000)


def semantic_seconds_10k() -> float:
    """Group them with a sentence encoder."""
    return _grouped_in(10_000, sentence_encoder())


def seconds_100k() -> float:
    """Group 100,000 articles of ten days."""
    return _grouped_in(100_000)


def peak_mb_100k() -> float:
    """Give the memory that grouping 100,000 articles takes at most, in a process of its own."""
    spawned = multiprocessing.get_context("spawn")
    answers = spawned.Queue()
    child = spawned.Process(target=_group_and_tell, args=(answers,))
    child.start()
    peak: float = answers.get(timeout=3600)
    child.join()
    return peak


def live_ms() -> float:
    """Add 200 articles to a live window of 10,000, one by one; give the median of one."""
    return statistics.median(_live_window().times)


def live_p95_ms() -> float:
    """Give what 95 of 100 of them take at most."""
    return statistics.quantiles(_live_window().times, n=20)[-1]


@dataclass
class _Live:
    """A window of 10,000 articles, made once, and how long the last additions took, in ms."""

    desk: Desk
    grouping: Grouping
    arriving: list[Article]

    @property
    def times(self) -> list[float]:
        window = LiveWindow(self.grouping)
        found = []
        for article in self.arriving:
            began = perf_counter()
            window.place(self.desk.read(article))
            found.append((perf_counter() - began) * 1000)
        return found


@cache
def _live_window() -> _Live:
    """Group all but the newest articles, which arrive then."""
    desk = Desk(ALIASES)
    told = sorted(corpus(10_000 + _ARRIVING, random.Random(7)), key=lambda one: one.published.at)
    grouping = find_stories(desk.read_all(told[:10_000]))
    return _Live(desk, grouping, told[10_000:])


def _group_and_tell(answers: "multiprocessing.Queue[float]") -> None:
    _grouped_in(100_000)
    answers.put(peak_mb())


def _grouped_in(articles: int, encoder: Encoder | None = None) -> float:
    """Group articles that are made up one by one; the time of making them up is left out."""
    desk, made_in = Desk(ALIASES), 0.0
    scorer = ThemeScorer(THEMES, desk)
    scores: dict[int, tuple[ThemeScore, ...]] = {}
    briefly: dict[int, Article] = {}

    def made_up() -> Iterator[Article]:
        nonlocal made_in
        source = corpus(articles, random.Random(7))
        while True:
            began = perf_counter()
            article = next(source, None)
            made_in += perf_counter() - began
            if article is None:
                return
            yield article

    def read() -> Iterator[Reading]:
        for reading in desk.read_all(made_up()):
            article = reading.article
            scores[article.id] = tuple(one for one in scorer.score(reading) if one.belongs)
            briefly[article.id] = replace(article, title="", description="", body="")
            yield reading

    began = perf_counter()
    stories = [grouped.story for grouped in find_stories(read(), encoder=encoder).stories]
    for theme in THEMES:
        rank(stories, scores, briefly, theme=theme, weights={}, now=_NOW, window=_TEN_DAYS)
    return perf_counter() - began - made_in


def corpus(articles: int, chance: random.Random) -> Iterator[Article]:
    """Make up articles of ten days: half of them alone, the others two to six to an event."""
    vocabulary = [_word(chance) for _ in range(12_000)]
    made = 0
    while made < articles:
        told = chance.choice((1, 1, 1, 1, 1, 2, 3, 6))
        event = [_word(chance).capitalize() for _ in range(4)] + chance.sample(vocabulary, 12)
        at = _NOW - timedelta(minutes=chance.randrange(10 * 24 * 60))
        for _ in range(min(told, articles - made)):
            made += 1
            yield _article(made, event, vocabulary, at, chance)


THEMES = {
    name: Theme(title={"fr": name, "en": name}, keywords=tuple(keywords.split(", ")))
    for name, keywords in {
        "securite": "attaque, jihadistes, armée, convoi, embuscade, soldats, otages, JNIM, frappe",
        "diplomatie": "ambassadeur, sommet, négociations, sanctions, coopération, accord, visite",
        "economie": "uranium, dette, carburant, marché, budget, mine, prix, investissement",
    }.items()
}
_WRITTEN = (
    "le la les de des du un une et en que qui dans pour au sur ce par il elle se son avec pas plus"
    " a été est ont selon après contre président ministre armée gouvernement attaque convoi sommet"
    " négociations sécurité coopération pays soldats frontière dette accord communiqué"
)
_NEWS = _WRITTEN.split()


def _article(
    id_: int, event: list[str], vocabulary: list[str], at: datetime, chance: random.Random
) -> Article:
    body = "\n\n".join(_paragraph(event, vocabulary, chance) for _ in range(WORDS // 80))
    seen = at + timedelta(minutes=chance.randrange(900))
    return Article(
        id=id_,
        key=f"https://presse.example/{id_}",
        url=f"https://presse.example/{id_}",
        source=f"presse-{id_ % 12}",
        title=" ".join(_words(event, vocabulary, 9, chance)).capitalize(),
        language="fr",
        published=Published(at=seen, precision=Precision.MINUTE),
        description=" ".join(_words(event, vocabulary, 25, chance)).capitalize() + ".",
        body=body,
        first_seen_at=seen,
        updated_at=seen,
    )


def _paragraph(event: list[str], vocabulary: list[str], chance: random.Random) -> str:
    lengths = (18, 25, 15, 22)
    told = (" ".join(_words(event, vocabulary, length, chance)) for length in lengths)
    return " ".join(f"{sentence.capitalize()}." for sentence in told)


def _words(
    event: list[str], vocabulary: list[str], length: int, chance: random.Random
) -> list[str]:
    """Draw words as news does: many common ones, some of the event, rare ones by Zipf's law."""
    drawn = []
    for _ in range(length):
        dice = chance.random()
        if dice < 0.5:
            drawn.append(chance.choice(_NEWS))
        elif dice < 0.65:
            drawn.append(chance.choice(event))
        else:
            drawn.append(vocabulary[int(len(vocabulary) ** chance.random()) - 1])
    return drawn


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4)))
