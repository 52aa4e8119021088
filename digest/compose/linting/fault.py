"""What is wrong with a template, and where?"""

from dataclasses import dataclass, field

from digest.errors import Problem


@dataclass(frozen=True, kw_only=True, order=True)
class Fault:
    """One thing wrong."""

    file: str
    """Below the templates' folder: `email/parts/story.mjml`."""
    line: int
    """Counted from 1; 0 where no line can be named."""
    what: str
    warning: bool = field(default=False, compare=False)
    """The template works, but some readers or mailboxes are worse off."""

    def __str__(self) -> str:
        """`email/issue.mjml:14: unknown attribute of page 'titel' (did you mean 'title'?)`."""
        return str(Problem(file=self.file, line=self.line, what=self.what))
