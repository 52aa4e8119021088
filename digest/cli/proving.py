"""Is an erased address really gone? What `digest subscribers forget` says of its search."""

from typing import TYPE_CHECKING

from digest.cli.output import counted, say

if TYPE_CHECKING:
    from digest.storage.leftovers import Search


def tell_search(found: "Search") -> None:
    """Print where an erased address was looked for."""
    columns = sum(len(one.columns) for one in found.looked)
    rows = sum(one.rows for one in found.looked)
    where = f"{columns} text columns of {len(found.looked)} tables, {counted(rows, 'row')}"
    say(f"looked for the address in {where}: {'FOUND' if found.left else 'it stands nowhere'}")


def fail_over(address: str, found: "Search") -> None:
    """Fail when the address still stands somewhere.

    Raises:
        DigestError: it does; says where, and what to do.
    """
    from digest.errors import DigestError

    if not found.left:
        return
    where = ", ".join(
        f"{one.table}.{one.column} ({counted(one.rows, 'row')})" for one in found.left
    )
    raise DigestError(
        f"{address} is erased as a reader, and that stays so, but it still stands in {where}:"
        " take it out of these rows by hand, with the database's own tool, after a backup; then"
        f" prove it by the same command: digest subscribers forget {address} --yes"
    )
