"""May an issue go that nobody approved? The policies for thin weeks and silent editors."""

from dataclasses import dataclass, replace

from digest.compose.draft import briefs_of, preheader_of
from digest.model.issue import Issue, IssueContent, IssueState
from digest.schedule.values import Approval, Newsletter, Unapproved


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the send clock does with an issue."""

    send: bool
    content: IssueContent
    """What goes: the issue's own, or its short form."""
    reason: str
    """In words, for the person who asks why."""


def is_thin(content: IssueContent, newsletter: Newsletter) -> bool:
    """Say whether an issue has too few stories to go unseen by a person."""
    thin = len(briefs_of(content.sections)) < newsletter.thin_week.below
    return thin and newsletter.thin_week.do == "hold"


def approves_itself(content: IssueContent, newsletter: Newsletter) -> bool:
    """Say whether a new draft is approved without a person."""
    automatic = newsletter.approval is Approval.AUTOMATIC
    return automatic and not is_thin(content, newsletter) and bool(briefs_of(content.sections))


def shortened(content: IssueContent, language: str) -> IssueContent:
    """Keep the lead story of each section; the introduction may speak of others, so it goes."""
    sections = tuple(replace(one, briefs=one.briefs[:1]) for one in content.sections if one.briefs)
    return replace(
        content, sections=sections, preheader=preheader_of(sections, language), introduction=""
    )


def at_send_time(issue: Issue, newsletter: Newsletter) -> Verdict:
    """Decide whether an issue that is due goes: approved by a person, always; else by policy."""
    match issue.state:
        case IssueState.APPROVED | IssueState.SENDING:
            return Verdict(send=True, content=issue.content, reason=f"{issue.state}")
        case IssueState.SENT | IssueState.CANCELLED:
            return Verdict(send=False, content=issue.content, reason=f"already {issue.state}")
        case IssueState.DRAFT:
            return _unapproved(issue.content, newsletter)


def _unapproved(content: IssueContent, newsletter: Newsletter) -> Verdict:
    count = len(briefs_of(content.sections))
    if not count:
        return Verdict(send=False, content=content, reason="held: it has no story")
    if is_thin(content, newsletter):
        reason = f"held: a thin week ({count} of at least {newsletter.thin_week.below} stories)"
        return Verdict(send=False, content=content, reason=reason)
    match newsletter.unapproved:
        case Unapproved.HOLD:
            return Verdict(send=False, content=content, reason="held: nobody approved it")
        case Unapproved.SEND:
            return Verdict(send=True, content=content, reason="unapproved: send")
        case Unapproved.SHORTEN:
            return Verdict(
                send=True,
                content=shortened(content, newsletter.language),
                reason="unapproved: shorten",
            )
