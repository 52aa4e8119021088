"""Which YAML nodes does a text hold? PyYAML tells, or libyaml in a fifteenth of the time.

libyaml speaks where it is installed (PyYAML's wheels bring it), finds nothing wrong, and meets none
of what the two are known to read differently: what is no YAML, and in which words, PyYAML's own
reader alone decides.
"""

import re
from collections.abc import Iterable
from contextlib import suppress

import yaml
from yaml.nodes import CollectionNode, Node

_DEEPEST = 50
"""Levels that libyaml is given: its nodes are built by calls within calls that nothing bounds."""
_DISPUTED = re.compile(r"[\t\ufeff?!]|[|>][-+0-9]*#")
_FAST = getattr(yaml, "CSafeLoader", None)


def compose(text: str) -> Node | None:
    """Give the root; None of an empty text.

    Raises:
        yaml.YAMLError, RecursionError: as yaml.compose.
    """
    if _FAST is not None and not _DISPUTED.search(text):
        with suppress(yaml.YAMLError, UnicodeEncodeError):
            root = yaml.compose(text, _FAST) if _is_shallow(yaml.parse(text, _FAST)) else None
            if isinstance(root, CollectionNode):  # where a lone word stands, they do not agree
                return root
    return yaml.compose(text, yaml.SafeLoader)


def _is_shallow(events: Iterable[yaml.Event]) -> bool:
    depth = 0
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            return False
    return True
