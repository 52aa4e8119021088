"""What does a form say? Its fields, each as often as it was sent; never more than a page has."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from fastapi import HTTPException

Fields = Mapping[str, Sequence[str]]
_MOST = 200


def fields_of(body: bytes) -> Fields:
    """Read a form's body; of any other body nothing is understood, which no page accepts.

    Raises:
        HTTPException: it has more fields than any of our forms.
    """
    text = body.decode("utf-8", "replace")
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=_MOST)
    except ValueError as failure:
        raise HTTPException(400) from failure


def only(fields: Fields, name: str) -> str | None:
    """Give a field's value; None when it is missing, or there are several to choose from."""
    values = fields.get(name, ())
    return values[0].strip() if len(values) == 1 else None
