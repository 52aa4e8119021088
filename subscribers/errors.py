"""Which failures are this package's own.

SubscribersError
├── AddressError      not a mailable address
├── TokenError        a link's token is forged, damaged or expired
├── UnknownList       no list of that name
├── ListError         a list can't be made: its name is taken or unfit
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


class TransferError(SubscribersError):
    """A file can't be imported: nothing of it was."""
