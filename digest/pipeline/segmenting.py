"""Which part of a list does an issue go to? Segments, their use by issues, and their size."""

import re
from dataclasses import dataclass

from sqlalchemy import Connection

from digest.compose.preflight.finding import Code, Finding, error, note
from digest.errors import ConflictError
from digest.model.issue import Issue
from digest.pipeline.newsroom import Newsroom
from digest.storage import issues
from subscribers import lists, segments
from subscribers.errors import RuleError, UnknownList, UnknownSegment
from subscribers.grammar import parse, unknown_names
from subscribers.rules import Rule, explained, written
from subscribers.segments import Segment, SegmentSize

_NAME = re.compile(r"[\w-]+")
"""What can only be a name: a rule has a sign in it, or a space."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A rule, saved or about to be, and whom it means."""

    name: str
    """Empty: it is not saved."""
    rule: str
    words: str
    """What it means, a line a condition."""
    sizes: tuple[SegmentSize, ...]
    """Of each list in use."""
    issues: tuple[str, ...] = ()
    """Unsent ones that go to it."""


def create(newsroom: Newsroom, name: str, text: str) -> Shown:
    """Save a rule under a name.

    Raises:
        RuleError: it is no rule, or names a theme or list that there is not.
        SegmentError: the name is taken, or is no name.
    """
    with newsroom.database.write() as connection:
        rule = _checked(newsroom, connection, text)
        return _shown(connection, segments.create(connection, name, rule, newsroom.clock()))


def edit(newsroom: Newsroom, name: str, text: str) -> Shown:
    """Give a segment another rule; issues that go to it follow.

    Raises:
        RuleError: it is no rule, or names a theme or list that there is not.
        UnknownSegment: there is none of that name; names the nearest.
    """
    with newsroom.database.write() as connection:
        rule = _checked(newsroom, connection, text)
        return _shown(connection, segments.edit(connection, name, rule, newsroom.clock()))


def remove(newsroom: Newsroom, name: str) -> Segment:
    """Forget a segment.

    Raises:
        ConflictError: an unsent issue or a newsletter goes to it.
        UnknownSegment: there is none of that name; names the nearest.
    """
    users = [key for key, one in newsroom.schedule.newsletters.items() if one.segment == name]
    with newsroom.database.write() as connection:
        removed = segments.remove(connection, name)
        if held := _issues(connection, name):
            raise ConflictError(
                f"segment '{name}' can't be removed: {', '.join(held)} still goes to it; give it"
                f" another with `digest issue edit {held[0]}`, or cancel it"
            )
        if users:
            raise ConflictError(
                f"segment '{name}' can't be removed: schedule.yaml names it for {', '.join(users)};"
                " take it out there first"
            )
        return removed


def shown(newsroom: Newsroom, name_or_rule: str) -> Shown:
    """Look a segment up, or judge a rule that nobody has saved: what it means and for how many.

    Raises:
        RuleError: it is no rule, or names a theme or list that there is not.
        UnknownSegment: it is a name, and there is none of that name; names the nearest.
    """
    with newsroom.database.read() as connection:
        if _NAME.fullmatch(name_or_rule):
            return _shown(connection, segments.find(connection, name_or_rule))
        return _judged(connection, "", _checked(newsroom, connection, name_or_rule))


def everyone(newsroom: Newsroom) -> list[Shown]:
    """Give all segments, by name, with their sizes."""
    with newsroom.database.read() as connection:
        return [_shown(connection, one) for one in segments.segments(connection)]


def names(newsroom: Newsroom) -> frozenset[str]:
    """Give the names of all segments."""
    with newsroom.database.read() as connection:
        return frozenset(one.name for one in segments.segments(connection))


def findings(connection: Connection, issue: Issue, list_name: str) -> list[Finding]:
    """Say to how many an issue would go that goes to a segment; to none is an error."""
    if not issue.segment:
        return []
    where = f"segment {issue.segment}"
    cure = f"`digest issue edit {issues.named(issue)}`"
    try:
        rule = parse(segments.find(connection, issue.segment).rule)
        size = segments.size(connection, rule, list_name)
    except (UnknownSegment, RuleError) as failure:
        return [error(Code.SEGMENT, where, str(failure), f"give the issue another: {cure}")]
    except UnknownList as failure:
        return [error(Code.SEGMENT, where, str(failure), "put readers on it")]
    if not size.matching:
        what = f"none of {list_name}'s {size.mailed} readers is in it: {written(rule)}"
        widen = f"widen it with `digest segments edit {issue.segment}`"
        return [error(Code.SEGMENT, where, what, f"{widen}, or give the issue another: {cure}")]
    what = f"{size.matching} of {list_name}'s {size.mailed} readers get the issue"
    return [note(Code.SEGMENT, where, what, written(rule))]


def _checked(newsroom: Newsroom, connection: Connection, text: str) -> Rule:
    rule = parse(text)
    known = {one.name for one in lists.lists(connection)}
    known |= {one.list for one in newsroom.schedule.newsletters.values()}
    if wrong := unknown_names(rule, themes=newsroom.schedule.themes, lists=known):
        raise RuleError(wrong.shown(text))
    return rule


def _shown(connection: Connection, segment: Segment) -> Shown:
    return _judged(connection, segment.name, parse(segment.rule))


def _judged(connection: Connection, name: str, rule: Rule) -> Shown:
    return Shown(
        name=name,
        rule=written(rule),
        words=explained(rule),
        sizes=tuple(segments.sizes(connection, rule)),
        issues=tuple(_issues(connection, name)) if name else (),
    )


def _issues(connection: Connection, name: str) -> list[str]:
    return [issues.named(one) for one in issues.unsent_of_segment(connection, name)]
