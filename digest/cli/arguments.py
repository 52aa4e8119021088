"""How does a person name things on the command line? What several commands take."""

from typing import Annotated

import typer

LARGEST_ID = 2**31 - 1
"""What the databases' integers hold; a longer number is a slip of the hand."""
IssueName = Annotated[str, typer.Argument(metavar="ISSUE", help="Its id, or e.g. hebdo-sahel/12.")]
MaybeIssue = Annotated[
    str, typer.Argument(metavar="[ISSUE]", help="Its id, or e.g. hebdo-sahel/12; else all.")
]
ListName = Annotated[
    str, typer.Option("--list", help="Name of the list; may be left out where there is only one.")
]
Address = Annotated[str, typer.Argument(help="The reader's email address.", show_default=False)]
