"""Has somebody left a list for good? One question over the evidence, for all who ask it.

Whoever left comes back by their own answer to a mail alone, so one unsubscription counts for ever.
An undo takes exactly the unsubscription back that it follows, and none before that.
"""

from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, select

from subscribers import tables
from subscribers.model import ConsentAction

_proof = tables.consents.c
_COUNTS = {ConsentAction.UNSUBSCRIBED: 1, ConsentAction.RESUMED: -1}


def left(address_hash: Any, list_name: str) -> ColumnElement[bool]:  # noqa: ANN401 - text or column
    """Ask whether the evidence about an address holds an unsubscription that was not undone."""
    same = (_proof.address_hash == address_hash, _proof.list_name == list_name)
    ever = exists().where(*same, _proof.action == ConsentAction.UNSUBSCRIBED)
    more = func.sum(case(_COUNTS, value=_proof.action, else_=0))
    undone_less_often = select(more).where(*same).scalar_subquery() > 0
    return ever & undone_less_often  # nearly nobody left: the sum is rarely asked for
