"""What became of each row of an imported file? Some for the screen, all for a report file."""

import csv
from pathlib import Path
from types import TracebackType

from digest.pipeline.readership import private_csv
from subscribers.cells import guard
from subscribers.errors import TransferError
from subscribers.model import Verdict
from subscribers.transfer import RowReport


class RowLog:
    """Hears of rows: keeps the first that were not accepted, writes all where a path is given.

    Raises:
        TransferError: the path can't be written, or is that of the imported file.
    """

    def __init__(self, path: Path | None, *, imported: Path, keep: int) -> None:
        if path and path.exists() and imported.exists() and path.samefile(imported):
            raise TransferError(
                f"--report {path} would overwrite the file to import: choose another"
            )
        self.kept: list[RowReport] = []
        self.left_out = 0
        self._keep = keep
        self._file = private_csv(path) if path else None
        self._writer = csv.writer(self._file) if self._file else None
        if self._writer:
            self._writer.writerow(("line", "email", "result", "reason"))

    def tell(self, row: RowReport) -> None:
        """Take a row."""
        if self._writer:
            self._writer.writerow((row.line, guard(row.address), row.verdict, guard(row.reason)))
        if row.verdict is Verdict.ACCEPTED:
            return
        if len(self.kept) < self._keep:
            self.kept.append(row)
        else:
            self.left_out += 1

    def __enter__(self) -> "RowLog":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _failure: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close the report."""
        if self._file:
            self._file.close()
