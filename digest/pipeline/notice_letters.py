"""What is written to one reader? From a notice to the call that mails it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from digest.compose.brand import read_brand
from digest.compose.note import Facts, write
from digest.compose.render import render_note
from digest.deliver.headers import host_of
from digest.deliver.provider import Call, Letter, Personal
from digest.engine.slots import next_slots
from digest.errors import DeliveryError
from digest.model.issue import RenderedEdition
from digest.model.notice import Notice, NoticeKind
from digest.pipeline.letters import return_paths_of
from digest.pipeline.newsroom import Newsroom
from digest.resources import shipped
from digest.schedule.fields import LANGUAGES
from digest.schedule.values import Newsletter
from subscribers.tokens import CONFIRMATION_LIFE, confirmation_token, unsubscribe_token

_LEAVABLE = frozenset({NoticeKind.WELCOME, NoticeKind.SUBSCRIBED})
"""The others go to who reads nothing as yet, or are about no newsletter."""


def call_of(newsroom: Newsroom, notice: Notice, deadline: datetime) -> Call:
    """Write a notice.

    Raises:
        ConfigError: brand.yaml is wrong.
        DeliveryError: it is of no known reader.
        RenderError: a template is missing or broken.
    """
    if notice.subscriber_id is None:
        raise DeliveryError(f"notice {notice.id} ({notice.kind}) names no reader")
    edition, token = _rendered(newsroom, notice, notice.subscriber_id), ""
    if notice.list_name:
        token = unsubscribe_token(newsroom.secret_key, notice.subscriber_id, notice.list_name)
    to = Personal(
        id=notice.subscriber_id,
        address=notice.address,
        name="",
        unsubscribe_url=f"{newsroom.site_url}/u/{token}" if token else newsroom.site_url,
        message_id=f"<notice-{notice.id}@{host_of(newsroom.site_url)}>" if token else "",
    )
    return Call(
        attempt_id=notice.attempt_id,
        issue_id=0,
        batch_id=0,
        letter=_letter(newsroom, edition),
        to=(to,),
        deadline=deadline,
        label=f"{notice.kind}-{notice.id}",
        return_paths=return_paths_of(newsroom, notice.attempt_id),
    )


def _letter(newsroom: Newsroom, edition: RenderedEdition) -> Letter:
    site, language = newsroom.schedule.site, edition.language
    return Letter(
        sender_name=site.sender.name,
        sender_address=site.sender.address,
        reply_to=site.reply_to,
        subject=edition.subject,
        html=edition.html,
        text=edition.text,
        language=language,
        headers={"Auto-Submitted": "auto-generated", "Content-Language": language},
    )


def _rendered(newsroom: Newsroom, notice: Notice, reader_id: int) -> RenderedEdition:
    language = notice.language if notice.language in LANGUAGES else "fr"
    brand = read_brand(newsroom.templates / "brand.yaml")
    facts = _facts(newsroom, notice, reader_id)
    note = write(notice.kind, language, facts, newsroom.schedule.site, brand)
    return render_note(note, brand, _templates(newsroom))


def _facts(newsroom: Newsroom, notice: Notice, reader_id: int) -> Facts:
    plans = [one for one in newsroom.schedule.newsletters.values() if one.list == notice.list_name]
    leaves = notice.kind in _LEAVABLE
    token = unsubscribe_token(newsroom.secret_key, reader_id, notice.list_name)
    next_at, zone = _next(newsroom, plans) if notice.kind is NoticeKind.WELCOME else (None, "UTC")
    return Facts(
        address=notice.address,
        newsletter=", ".join(one.title for one in plans) or notice.list_name,
        link=f"{newsroom.site_url}{_path(newsroom, notice, reader_id, token)}",
        unsubscribe=f"{newsroom.site_url}/u/{token}" if leaves else "",
        days=CONFIRMATION_LIFE.days,
        next_at=next_at,
        timezone=zone,
    )


def _path(newsroom: Newsroom, notice: Notice, reader_id: int, token: str) -> str:
    details: Mapping[str, int | str] = notice.details
    match notice.kind:
        case NoticeKind.CONFIRM | NoticeKind.SIGN_UP:
            asked_at = datetime.fromtimestamp(int(details["asked"]), UTC)
            own = confirmation_token(newsroom.secret_key, reader_id, notice.list_name, asked_at)
            return f"/c/{own}"
        case NoticeKind.SUBSCRIBED | NoticeKind.WELCOME:
            return f"/p/{token}"
        case NoticeKind.DATA:
            return str(details["path"])


def _next(newsroom: Newsroom, plans: list[Newsletter]) -> tuple[datetime | None, str]:
    now = newsroom.clock()
    slots = [(next_slots(one.send, one.timezone, now, 1)[0], one.timezone) for one in plans]
    return min(slots, default=(None, "UTC"))


def _templates(newsroom: Newsroom) -> Path:
    """Prefer the newsroom's own; templates older than the notices lack theirs."""
    own = newsroom.templates / "email" / "notice.mjml"
    return newsroom.templates if own.is_file() else shipped("templates")
