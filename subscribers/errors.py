"""Which failures are this package's own.

SubscribersError
├── AddressError      not a mailable address
├── TokenError        a link's token is forged, damaged or expired
├── UnknownList       no list of that name
├── ListError         a list can't be made: its name is taken or unfit
│   └── ClosedList    nobody joins a list that was archived
├── RuleError         a segment's rule can't be read
├── SegmentError      a segment can't be made: its name is taken or unfit
├── UnknownSegment    no segment of that name
├── UnknownReader     nothing is held of an address
├── LeftoverError     an erased person's address or name still stands somewhere
└── TransferError     a file can't be imported
"""


class SubscribersError(Exception):
    """Root of this package's failures; the message says what, which, why and what to do."""


class AddressError(SubscribersError):
    """Not an address that mail can be sent to."""


class TokenError(SubscribersError):
    """A token was not made by us, is damaged, or has expired."""


class UnknownList(SubscribersError):  # noqa: N818 - reads as what it is
    """No list has that name."""


class ListError(SubscribersError):
    """A list can't be made: its name is taken or unfit."""


class ClosedList(ListError):  # noqa: N818 - reads as what it is
    """A list was archived: nobody joins it."""


class RuleError(SubscribersError):
    """A segment's rule can't be read; says at which column and why."""


class SegmentError(SubscribersError):
    """A segment can't be made: its name is taken or unfit."""


class UnknownSegment(SubscribersError):  # noqa: N818 - reads as what it is
    """No segment has that name."""


class UnknownReader(SubscribersError):  # noqa: N818 - reads as what it is
    """Nothing is held of an address."""


class LeftoverError(SubscribersError):
    """What names a person still stands somewhere after their erasure; says where."""


class TransferError(SubscribersError):
    """A file can't be imported: nothing of it was."""
