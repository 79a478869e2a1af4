"""What is asked of a file, and what it holds: worked out once for its content, then never changed."""

from __future__ import annotations

from auditlint.kubernetes import releases
from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.carriers.custom_resource import Definitions
    from auditlint.finding import Notice, Span
    from auditlint.lint.ignores import Comments
    from auditlint.settings import Settings
    from auditlint.subjects.model import Subject

    Asking = Callable[[str], "Asked"]


class Asked(NamedTuple):
    """What recognition depends on besides the file."""

    as_kind: str | None = None
    """What every file is, whatever it looks like: `policy`, `pod`, `flags`; None: what each shows itself."""
    minor: int | None = None
    """The release to judge for; None: the one that each file shows, or else the newest."""
    minor_from: str = releases.OPTION
    """Who names it, an option or the configuration."""


def asking(settings: Settings, as_kind: str | None) -> Asking:
    """Return what is asked of each file."""
    usual = Asked(as_kind, settings.minor, settings.minor_from)
    if not settings.overrides:
        return lambda _path: usual

    def asked(path: str) -> Asked:
        own = settings.of_file(path)
        return usual._replace(minor=own.minor, minor_from=own.minor_from)

    return asked


class Facts(NamedTuple):
    """What one file holds; never changed once it was worked out."""

    path: str
    data: bytes
    """The content; empty where nothing was found in it."""
    subjects: tuple[Subject, ...] = ()
    comments: Comments | None = None
    """What the file says to auditlint; None if it says nothing."""
    marks: tuple[Span, ...] = ()
    """Those of a template, in order: of what they touch nothing is said."""
    notices: tuple[Notice, ...] = ()
    failed: tuple[Notice, ...] = ()
    """Why the file is not what it was asked to be."""
    defines: Definitions | None = None
    """The file itself if it has definitions of custom resources."""
    given: bytes | None = None
    """The content that stands for that of a file on disk, if it does."""
    unread: bool = False
    """It holds audit settings that nothing was found in."""
