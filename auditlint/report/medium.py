"""What an output is written for: a terminal's looks, and the folder that paths are told from."""

from __future__ import annotations

import os

from auditlint.records import NamedTuple
from auditlint.report.styles import RESET


class Medium(NamedTuple):
    """Colour and columns of a terminal; the repository, for outputs that are read elsewhere."""

    color: bool = False
    width: int = 80
    """Columns, for text that is wrapped."""
    folder: str = ""
    """The working directory."""
    root: str = ""
    """The root of the repository that the working directory is in; empty where it is in none."""

    def styled(self, text: str, style: str) -> str:
        """Return text in a style, as it is where there is no colour or the style is empty."""
        return f"{style}{text}{RESET}" if self.color and style else text

    def located(self, path: str) -> str:
        """Return a path as seen from the repository's root, with forward slashes; as it is if it is not in there."""
        if not self.root or path.startswith("<"):
            return path
        seen = os.path.relpath(os.path.normpath(os.path.join(self.folder, path)), self.root)
        return path if seen.startswith(os.pardir) else seen.replace(os.sep, "/")


PLAIN = Medium()
"""A pipe or a file, in no repository."""
