"""What becomes of one story in a draft, and what would change that? A draft is made to see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest.compose.briefs import Material
from digest.compose.draft import Stock, company, fresh
from digest.compose.selection import Choice, Verdict, choose, needed
from digest.model.story import Lineage, RankedStory
from digest.schedule.values import Newsletter


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What becomes of a story in one section."""

    ranked: RankedStory
    """With all that lowers it beside the stories taken before it."""
    place: int
    """In its section by its own score, from 1."""
    of: int
    verdict: Verdict
    lineage: Lineage
    home: str
    """Theme of the section where it stands, or would."""
    source: str
    """Who leads it, as readers see it."""
    lacks: float
    """By how much its score must rise to enter; 0 when it is in, or no score would help."""


def judge(
    stock: Stock, material: Material, newsletter: Newsletter, story_id: int
) -> list[Judgement]:
    """Say what becomes of a story in each section that ranks it."""
    new = fresh(stock, material, newsletter)
    beside = company(stock, new, material)
    choice = choose(new, newsletter.stories, beside, spare=None)
    chosen = _chosen(choice, story_id)
    out = chosen is not None and choice.verdicts[story_id] is not Verdict.TAKEN
    lacks = needed(new, story_id, newsletter.stories, beside) if out else 0.0
    lineage = _lineage(stock, story_id) if chosen else Lineage.REPEAT
    found = []
    for place, one in _standing(stock.ranked, story_id):
        at_home = chosen is not None and chosen.theme == one.theme
        found.append(
            Judgement(
                ranked=chosen if chosen and at_home else one,
                place=place,
                of=len(stock.ranked[one.theme]),
                verdict=_verdict(chosen, choice, at_home=at_home),
                lineage=lineage,
                home=chosen.theme if chosen else "",
                source=beside.sources.get(story_id, ""),
                lacks=lacks if at_home else 0.0,
            )
        )
    return found


def _chosen(choice: Choice, story_id: int) -> RankedStory | None:
    sections = (*choice.taken.values(), *choice.left_out.values())
    return next((one for stories in sections for one in stories if one.story.id == story_id), None)


def _verdict(chosen: RankedStory | None, choice: Choice, *, at_home: bool) -> Verdict:
    if chosen is None:
        return Verdict.TOLD
    return choice.verdicts[chosen.story.id] if at_home else Verdict.ELSEWHERE


def _lineage(stock: Stock, story_id: int) -> Lineage:
    return Lineage.CONTINUES if stock.past(story_id) else Lineage.NEW


def _standing(
    ranked: Mapping[str, Sequence[RankedStory]], story_id: int
) -> list[tuple[int, RankedStory]]:
    return [
        (place, one)
        for stories in ranked.values()
        for place, one in enumerate(stories, start=1)
        if one.story.id == story_id
    ]
