"""How does an issue come to be, change and get approved? Drafted once, then shaped by editors."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from digest.collect.language import detect
from digest.compose.document import document as write_document
from digest.compose.draft import section_title
from digest.compose.edited import read_document
from digest.compose.policies import approves_itself
from digest.compose.rewritten import in_its_language
from digest.errors import ConfigError, ConflictError, NotFoundError, unknown
from digest.model.issue import Issue, IssueContent, IssueState
from digest.pipeline import segmenting, teaching
from digest.pipeline.drafting import draft_content
from digest.pipeline.newsroom import Newsroom
from digest.pipeline.pictures import keep_pictures
from digest.pipeline.preflight import errors
from digest.pipeline.retelling import retell
from digest.schedule.values import Newsletter
from digest.storage import issues, ledger

AUTOMATIC = "automatic"
"""Who approved an issue whose newsletter asks for no person."""

_DIGITS = 9
"""Of an issue's id or number: a longer one is a slip of the hand."""


def make_draft(newsroom: Newsroom, newsletter: str, slot: datetime) -> Issue:
    """Make the issue that is due at `slot`; once it was made, give it as it is.

    Its pictures are kept, where they are to be and can be had. It is approved at once where the
    newsletter asks for no person and nothing is wrong with it.

    Raises:
        ConfigError: schedule.yaml has no newsletter of that name.
    """
    plan = newsroom.newsletter(newsletter)
    with newsroom.database.read() as connection:
        made = issues.find(connection, newsletter, slot)
        if made is not None:
            return made
        drafted = draft_content(newsroom, connection, newsletter, slot)
    content = retell(drafted.content, drafted.articles, newsroom.summariser, newsroom.schedule)
    with newsroom.database.write() as connection:
        issue = issues.insert(
            connection,
            newsletter=newsletter,
            slot=slot,
            content=content,
            segment=plan.segment,
            now=newsroom.clock(),
        )
    keep_pictures(newsroom, issue)
    return approve_automatic(newsroom, issue, plan)


def approve_automatic(newsroom: Newsroom, issue: Issue, plan: Newsletter) -> Issue:
    """Approve a draft that needs no person and is sound; what an editor changed waits for one."""
    fresh = issue.version == 1 and issue.state is IssueState.DRAFT
    if fresh and approves_itself(issue.content, plan) and not errors(newsroom, issue):
        return approve(newsroom, issue.id, AUTOMATIC)
    return issue


def the_issue(newsroom: Newsroom, name: str) -> Issue:
    """Find an issue by what a person calls it: its id, or `newsletter/number`.

    Raises:
        NotFoundError: there is none; names those that there are.
    """
    newsletter, slash, number = name.strip().rpartition("/")
    if not number.isdecimal() or len(number) > _DIGITS:
        raise NotFoundError(f"{name!r} is no issue: give its id, or e.g. hebdo-sahel/12")
    with newsroom.database.read() as connection:
        if slash:
            return issues.numbered(connection, newsletter, int(number))
        return issues.issue(connection, int(number))


def all_issues(newsroom: Newsroom, newsletter: str) -> list[Issue]:
    """Give the issues of a newsletter, or of all when it is empty, the latest due first.

    Raises:
        NotFoundError: there is no newsletter of that name, and no issue of a former one.
    """
    with newsroom.database.read() as connection:
        found = issues.issues(connection, newsletter or None)
    if newsletter and not found and newsletter not in newsroom.schedule.newsletters:
        raise NotFoundError(unknown("newsletter", newsletter, newsroom.schedule.newsletters))
    return found


def approve(newsroom: Newsroom, issue_id: int, by: str, *, asks: bool = False) -> Issue:
    """Let an issue go at its due moment, in a person's name; again changes nothing.

    `asks` has its links asked first (for seconds, see pipeline.preflight): where a person waits.

    Raises:
        ConflictError: something is wrong with it (names what, where and the cure), it changed
            meanwhile, or its state forbids it.
    """
    issue = _read(newsroom, issue_id)
    if issue.state is IssueState.APPROVED:
        return issue
    if issue.state is IssueState.DRAFT and (found := errors(newsroom, issue, asks=asks)):
        listed = "\n".join(f"  {finding}" for finding in found)
        raise ConflictError(f"issue {issues.named(issue)} can't be approved:\n{listed}")
    return _change(newsroom, issue, state=IssueState.APPROVED, approved_by=by)


def cancel(newsroom: Newsroom, issue_id: int) -> Issue:
    """Keep an issue from being sent, or sent on, for good; again changes nothing.

    Raises:
        ConflictError: it was sent already, or changed meanwhile.
    """
    issue = _read(newsroom, issue_id)
    if issue.state is IssueState.CANCELLED:
        return issue
    with newsroom.database.write() as connection:
        ledger.cancel(connection, issue_id)
        now = newsroom.clock()
        return issues.change(connection, issue, state=IssueState.CANCELLED, now=now)


def editable(newsroom: Newsroom, issue: Issue) -> str:
    """Give an issue as the document that an editor changes.

    Raises:
        ConflictError: its state allows no edit any more.
    """
    if issue.state not in {IssueState.DRAFT, IssueState.APPROVED}:
        raise ConflictError(f"issue {issues.named(issue)} is {issue.state}: it can't be edited")
    plan = newsroom.newsletter(issue.newsletter)
    return write_document(issue, plan, _themes(newsroom, plan, issue))


def edit(newsroom: Newsroom, issue_id: int, document: str, *, file: str) -> Issue:
    """Take over an edited document; one that changes nothing leaves the issue as it is.

    An approved issue becomes a draft again. Pictures that it shows now are kept, where they are to
    be.

    Raises:
        DocumentError: the document can't be used; carries every problem with `file` and line.
        ConflictError: the issue changed since the document was made, or allows no edit any more.
    """
    issue = _read(newsroom, issue_id)
    before = editable(newsroom, issue)
    plan = newsroom.newsletter(issue.newsletter)
    themes, known = _themes(newsroom, plan, issue), segmenting.names(newsroom)
    edited = read_document(document, issue, themes, file=file, segments=known)
    if edited.version != issue.version:
        raise ConflictError(
            f"issue {issues.named(issue)} changed meanwhile: {file} was made from version"
            f" {edited.version}, it is now version {issue.version}: see what changed with `digest"
            f" issue edit {issues.named(issue)} --print` and bring your changes into that"
        )
    shown = {*known, issue.segment}
    if edited == read_document(before, issue, themes, file=file, segments=shown):
        return issue
    tell = partial(detect, expected=plan.language)
    content = in_its_language(edited.content, issue.content, tell)
    changed = _change(newsroom, issue, content=content, segment=edited.segment)
    keep_pictures(newsroom, changed)
    return changed


def editors_of(newsroom: Newsroom, issue: Issue) -> tuple[str, ...]:
    """Give the addresses that get an issue's proofs.

    Raises:
        ConfigError: schedule.yaml names none.
    """
    editors = newsroom.newsletter(issue.newsletter).editors
    if not editors:
        raise ConfigError(f"{issue.newsletter} has no editors: add `editors:` to it, or use --to")
    return editors


def _themes(newsroom: Newsroom, plan: Newsletter, issue: Issue) -> Mapping[str, str]:
    """Give the title of every theme, the newsletter's own first, gone ones of the issue last."""
    names = [*plan.sections, *newsroom.schedule.themes]
    known = {name: section_title(name, newsroom.schedule, plan.language) for name in names}
    sections = (*issue.content.sections, *issue.content.left_out)
    return known | {one.theme: one.title for one in sections if one.theme not in known}


def _read(newsroom: Newsroom, issue_id: int) -> Issue:
    with newsroom.database.read() as connection:
        return issues.issue(connection, issue_id)


def _change(
    newsroom: Newsroom,
    issue: Issue,
    *,
    state: IssueState | None = None,
    content: IssueContent | None = None,
    segment: str | None = None,
    approved_by: str | None = None,
) -> Issue:
    now = newsroom.clock()
    with newsroom.database.write() as connection:
        changed = issues.change(
            connection,
            issue,
            state=state,
            content=content,
            segment=segment,
            approved_by=approved_by,
            now=now,
        )
        by_a_person = changed.approved_by not in {"", AUTOMATIC}
        teaching.note(connection, changed, approved=by_a_person, now=now)
        return changed
