"""How does a preflight read in a terminal? A line a finding, the worst first."""

from typing import TYPE_CHECKING

from digest.cli.output import counted, say

if TYPE_CHECKING:
    from digest.pipeline.preflight import Report


def tell(report: "Report") -> None:
    """Print findings by how bad they are, then their count and whether the issue may go."""
    from digest.compose.preflight.finding import Severity

    counts = []
    for severity in Severity:
        found = [one for one in report.findings if one.severity is severity]
        counts.append(counted(len(found), severity.value))
        if found:
            say(f"{severity.value.capitalize()}s")
        for one in found:
            say(f"  {one.where}: {one.what} → {one.cure}  [{one.code}]")
    looked, which = counted(len(report.editions), "edition"), ", ".join(counts)
    who = "no error keeps" if report.approvable else "errors keep"
    say(f"{report.issue}: {which} in {looked}: {who} it from being approved")
