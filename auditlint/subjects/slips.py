"""What the tool behind a carrier's file does not understand as it is written: it refuses the file, or drops a key."""

from __future__ import annotations

import enum

from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.path import Path
    from auditlint.subjects.spelling_of_flags import Spelling


READ_ONLY, MOUNT_PATH, MOUNTS, VOLUMES = "readOnly", "mountPath", "volumeMounts", "volumes"
"""Fields of a Pod whose absence is told of a key that was meant for them."""


class SlipKind(enum.Enum):
    """What may be wrong with a flag as a carrier's file has it."""

    NO_LIST = enum.auto()
    """The flags are a mapping, or a text, where the tool has a list."""
    NO_MAPPING = enum.auto()
    """The flags are a list, or a text, where the tool has a mapping."""
    NO_PAIR = enum.auto()
    """A text, such as a whole argument, where the tool has a name and a value."""
    NO_TEXT = enum.auto()
    """A number or a boolean where the tool has a text."""
    NO_NUMBER = enum.auto()
    """A text where the tool has a number."""
    NO_SWITCH = enum.auto()
    """Anything else where the tool has a boolean."""
    DASHES = enum.auto()
    """Dashes before a name that the tool puts behind dashes of its own."""
    UNKNOWN_KEY = enum.auto()
    """A key about auditing that the tool does not have."""
    UNKNOWN_FIELD = enum.auto()
    """A key of a Pod that the kubelet drops, and that was to say what runs or what is mounted."""
    REPEATED_KEY = enum.auto()
    """A key once more: the tool keeps only one."""
    OTHER_VERSION = enum.auto()
    """A patch for another version of the document than the one that is patched."""
    OTHER_NODE = enum.auto()
    """A patch for a node that does not read it."""
    OTHER_KIND = enum.auto()
    """A patch whose kind no document has."""
    NO_TARGET = enum.auto()
    """An operation of a patch on what is not there."""


class Slip(NamedTuple):
    """One such place."""

    kind: SlipKind
    path: Path
    """The way to the flag's list item or key, to the key of a whole list, or to the key that is unknown or repeated."""
    reader: str
    """Who does not understand it: `kubeadm`, `the API server`."""
    flag: str = ""
    """The flag, or the field of a Pod, that is meant, if it is known."""
    value: str | None = None
    """The value that is meant."""
    written: str = ""
    """What the file says, where a sentence quotes it."""
    form: str = ""
    """The format as a sentence has it, such as `kubeadm.k8s.io/v1beta4`, where it depends on that.

    Of a key of a Pod: what has no such field, such as `volumeMount`.
    """
    spelling: Spelling | None = None
    """How the tool wants its flags, where that is not how the file has them."""
    value_path: Path | None = None
    """The way to the value, where the place is the value."""
    refuses: bool = True
    """The tool refuses the file; otherwise it goes on without what it does not understand."""
    assumed: bool = False
    """It is so only if the release is the one that is assumed."""
