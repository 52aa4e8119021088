"""What do the sources lack, and how do editors hear of it before the draft is made?"""

from collections.abc import Iterator
from contextlib import closing as closed
from datetime import datetime, timedelta
from html import escape

from digest.compose.gaps import Gap, Lack, Reader, closing, in_words, subject
from digest.compose.preflight.finding import Code, Finding, warning
from digest.deliver.batches import Patience
from digest.deliver.provider import Call, Letter
from digest.engine.slots import next_slots
from digest.errors import DeliveryError
from digest.model.delivery import Outcome
from digest.model.run import Run, RunClock
from digest.pipeline.letters import proof_personal
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.sources import SourceStanding, standing
from digest.schedule.values import Newsletter, Schedule

BEFORE = timedelta(hours=12)
"""So long before the draft the editors are warned: time to call somebody, or to look elsewhere."""
_CURE = {
    Lack.SILENT: "see `digest sources show {source}`",
    Lack.NO_SOURCE: "add a source with `countries: [{country}]`",
    Lack.NOTHING: "see `digest sources`, or drop texts into the inbox",
}


def due_warning(schedule: Schedule, name: str, now: datetime) -> Run | None:
    """Give the warning of the issue whose draft comes within BEFORE, where any can be needed."""
    plan = schedule.newsletters[name]
    if not _watched(schedule, plan):
        return None
    draft = next_slots(plan.draft, plan.timezone, now, 1)[0]
    if draft - now > BEFORE:
        return None
    slot = next_slots(plan.send, plan.timezone, draft, 1)[0]
    return Run(newsletter=name, clock=RunClock.WARN, slot=slot)


def gaps(newsroom: Newsroom, name: str) -> tuple[Gap, ...]:
    """Say what the sources lack for the next issue of a newsletter: the silent ones first."""
    schedule = newsroom.schedule
    plan = newsroom.newsletter(name)
    watched = _watched(schedule, plan)
    stands = {one.source: one for one in standing(newsroom, watched)} if watched else {}
    since = newsroom.clock() - plan.window
    silent = (_silence(one) for one in stands.values() if one.matters and one.silent)
    return (*silent, *_countries(schedule, plan, stands, since))


def _watched(schedule: Schedule, plan: Newsletter) -> list[str]:
    """Name the sources on which it depends whether there is anything to tell."""
    wanted = {country for theme in plan.sections for country in schedule.themes[theme].countries}
    found = [one.name for one in schedule.sources if one.matters or wanted & set(one.countries)]
    return found or [one.name for one in schedule.sources[:1] if wanted]


def _silence(one: SourceStanding) -> Gap:
    return Gap(lack=Lack.SILENT, source=one.source, since=one.last_article, reason=one.error)


def _countries(
    schedule: Schedule, plan: Newsletter, stands: dict[str, SourceStanding], since: datetime
) -> Iterator[Gap]:
    for theme in plan.sections:
        for country in schedule.themes[theme].countries:
            tell = [stands[one.name] for one in schedule.sources if country in one.countries]
            if not tell:
                yield Gap(lack=Lack.NO_SOURCE, theme=theme, country=country)
            elif not any(one.last_article and one.last_article >= since for one in tell):
                yield Gap(lack=Lack.NOTHING, theme=theme, country=country)


def told(newsroom: Newsroom, name: str, language: str = "") -> list[str]:
    """Say each gap in a language, or in the newsletter's own."""
    plan = newsroom.newsletter(name)
    reader = Reader(language=language or plan.language, timezone=plan.timezone)
    return [in_words(gap, reader) for gap in gaps(newsroom, name)]


def findings(newsroom: Newsroom, name: str) -> list[Finding]:
    """Say the same as findings of a preflight: an issue may go with any of them."""
    reader = Reader(language="en", timezone=newsroom.newsletter(name).timezone)
    return [
        warning(
            Code.SOURCE_SILENT if gap.lack is Lack.SILENT else Code.COUNTRY_UNHEARD,
            f"source {gap.source}" if gap.source else f"theme {gap.theme}",
            in_words(gap, reader),
            _CURE[gap.lack].format(source=gap.source, country=gap.country),
        )
        for gap in gaps(newsroom, name)
    ]


def warn_editors(newsroom: Newsroom, name: str) -> str:
    """Mail a newsletter's editors what its sources lack, if anything; say what was done.

    Raises:
        DeliveryError: the provider did not take it.
    """
    plan, lines = newsroom.newsletter(name), told(newsroom, name)
    if lines and plan.editors:
        _mail(newsroom, plan, lines)
    english = "; ".join(told(newsroom, name, "en")) or "the sources lack nothing"
    return f"{len(plan.editors) if lines else 0} editors told: {english}"


def _mail(newsroom: Newsroom, plan: Newsletter, lines: list[str]) -> None:
    with closed(newsroom.provider()) as provider:
        for start in range(0, len(plan.editors), provider.capacity):
            some = plan.editors[start : start + provider.capacity]
            call = Call(
                attempt_id=f"warning-{newsroom.clock():%Y%m%dT%H%M}-{start}",
                issue_id=0,
                batch_id=0,
                letter=_letter(newsroom, plan, lines),
                to=tuple(proof_personal(newsroom, at, one) for at, one in enumerate(some, start=1)),
                deadline=newsroom.clock() + timedelta(seconds=Patience().longest_call),
                label=f"{plan.list}-warning",
            )
            receipt = provider.deliver(call)
            if receipt.outcome is not Outcome.ACCEPTED:
                raise DeliveryError(
                    f"the warning was not taken ({receipt.outcome}): {receipt.detail}"
                )


def _letter(newsroom: Newsroom, plan: Newsletter, lines: list[str]) -> Letter:
    site = newsroom.schedule.site
    reader = Reader(language=plan.language, timezone=plan.timezone)
    listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
    about, end = subject(plan.title, reader), closing(reader)
    return Letter(
        sender_name=site.sender.name,
        sender_address=site.sender.address,
        reply_to=site.reply_to,
        subject=about,
        html=(
            f'<!doctype html><html lang="{plan.language}"><head><meta charset="utf-8">'
            f"<title>{escape(about)}</title></head><body><h1>{escape(about)}</h1>"
            f"<ul>{listed}</ul><p>{escape(end)}</p></body></html>"
        ),
        text="\n".join((about, "", *(f"- {line}" for line in lines), "", end, "")),
        language=plan.language,
        headers={"Auto-Submitted": "auto-generated", "Content-Language": plan.language},
    )
