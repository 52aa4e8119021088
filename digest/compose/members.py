"""What of a model may a template have? Its data, never what pydantic can do with it."""

from functools import cached_property

from pydantic import BaseModel


def is_open(model: type[BaseModel], name: str) -> bool:
    """Say whether a name is one of a model's fields, or a property that it or its parent declares.

    All methods of BaseModel are public, and `parse_raw` runs any pickle's code.
    """
    return name in model.model_fields or _is_own_property(model, name)


def _is_own_property(model: type[BaseModel], name: str) -> bool:
    own = [one for one in model.__mro__ if one not in BaseModel.__mro__]
    found = next((vars(one)[name] for one in own if name in vars(one)), None)
    return isinstance(found, property | cached_property)
