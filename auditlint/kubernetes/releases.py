"""Which minor releases of Kubernetes auditlint knows, and how versions are read from text and image tags."""

from __future__ import annotations

import re

from auditlint.records import NamedTuple

_VERSION = r"v?(\d{1,4})\.(\d{1,4})(?![0-9])(?:\.\d+)?(?:[.+_-].*)?"


class Release(NamedTuple):
    """One minor release of Kubernetes, and the Go modules that stand for it: its last patches that the proxy has."""

    minor: int
    kubernetes: str
    """The version of k8s.io/kubernetes; a pre-release until the minor release is out."""
    staging: str = ""
    """The version of k8s.io/apiserver and its like; empty where they are in k8s.io/kubernetes itself."""

    @property
    def is_out(self) -> bool:
        """Whether the minor release is out, beyond alphas, betas and candidates."""
        return "-" not in self.kubernetes


RELEASES = (
    Release(8, "v1.8.15"),
    Release(9, "v1.9.11"),
    Release(10, "v1.10.13"),
    Release(11, "v1.11.10"),
    Release(12, "v1.12.10"),
    Release(13, "v1.13.12"),
    Release(14, "v1.14.10"),
    Release(15, "v1.15.12", "v0.15.12"),
    Release(16, "v1.16.15", "v0.16.15"),
    Release(17, "v1.17.17", "v0.17.17"),
    Release(18, "v1.18.20", "v0.18.19"),
    Release(19, "v1.19.16", "v0.19.16"),
    Release(20, "v1.20.15", "v0.20.15"),
    Release(21, "v1.21.14", "v0.21.14"),
    Release(22, "v1.22.17", "v0.22.17"),
    Release(23, "v1.23.17", "v0.23.17"),
    Release(24, "v1.24.17", "v0.24.17"),
    Release(25, "v1.25.16", "v0.25.16"),
    Release(26, "v1.26.15", "v0.26.15"),
    Release(27, "v1.27.16", "v0.27.16"),
    Release(28, "v1.28.15", "v0.28.15"),
    Release(29, "v1.29.15", "v0.29.15"),
    Release(30, "v1.30.14", "v0.30.14"),
    Release(31, "v1.31.14", "v0.31.14"),
    Release(32, "v1.32.13", "v0.32.13"),
    Release(33, "v1.33.13", "v0.33.13"),
    Release(34, "v1.34.4", "v0.34.13"),
    Release(35, "v1.35.4", "v0.35.10"),
    Release(36, "v1.36.3", "v0.36.6"),
    Release(37, "v1.37.1", "v0.37.2"),
    Release(38, "v1.38.0-beta.0", "v0.38.0-beta.0"),
)
"""All that is known, the oldest first: a further release is one more line, and the data that tools/ makes of it.

Of those before `OLDEST` only the flags are known, so that it can be said until when there was one.
"""

OLDEST = 18
"""The oldest minor release that is judged for itself: 1.18."""
NEWEST_KNOWN = RELEASES[-1].minor
"""The newest minor release that is judged for itself, out or not."""
_OUT = tuple(release.minor for release in RELEASES if release.is_out)
NEWEST = _OUT[-1]
"""The newest minor release that is out: what a file is judged for that says nothing of its release."""
MAINTAINED = _OUT[-4:]
"""The minor releases that still get patches, by the habit of the project with the one that it has just ended.

Source: https://kubernetes.io/releases/patch-releases/.
"""
KNOWN = range(OLDEST, NEWEST_KNOWN + 1)
"""The minor releases that are judged for themselves."""


OPTION, CONFIG, FILE, SERVER, DEFAULT = "option", "config", "file", "server", "default"
"""Who says for which release something is judged; `server`: the manifest of the run whose flag names a policy."""


class Target(NamedTuple):
    """The minor release to judge for, and what to tell the user if it is not the one that was asked for."""

    minor: int
    notice: str = ""
    origin: str = DEFAULT
    """Who says so: `option`, `file`, `config`, or `default`, where it is only assumed."""
    newer: bool = False
    """It stands for a newer one: what no known release has may be new."""


def from_text(text: str) -> int | None:
    """Return the minor number of a version such as `1.29`, `v1.29.3` or `v1.30.0+rke2r1`; None if it is none.

    Kubernetes has had one major version; any other (`2.4`, `v3.5.1`) is not a version of Kubernetes.
    """
    match = re.fullmatch(_VERSION, text.strip(), re.ASCII)
    if match is None or int(match[1]) != 1:
        return None
    return int(match[2])


def from_image(image: str) -> int | None:
    """Return the minor number that the tag of a container image states; None without a tag that is a version.

    The tag follows the last colon behind the last slash: `registry:5000/kube-apiserver` has none. A digest says
    nothing, but a tag before it does (`kube-apiserver:v1.29.3@sha256:…`).
    """
    name = image.split("@", 1)[0].rsplit("/", 1)[-1]
    _, colon, tag = name.partition(":")
    return from_text(tag) if colon else None


def target(minor: int) -> Target:
    """Return the known release that stands for 1.`minor`: the nearest, with a notice where that is another one."""
    if minor < OLDEST:
        return Target(OLDEST, f"Kubernetes 1.{minor} is older than what auditlint knows, judged as 1.{OLDEST}")
    if minor > NEWEST_KNOWN:
        told = f"Kubernetes 1.{minor} is newer than what auditlint knows, judged as 1.{NEWEST_KNOWN}"
        return Target(NEWEST_KNOWN, told, newer=True)
    return Target(minor)


def choose(asked: int | None, origin: str, shown: int | None = None) -> Target:
    """Return the release to judge for: an option's, else the one that the file shows, else the configuration's.

    `asked` is what an option or the configuration (`origin`) says: whoever reads those gives the notice about it.
    Where nobody says any it is the newest that is out.
    """
    if shown is not None and (asked is None or origin != OPTION):
        return target(shown)._replace(origin=FILE)
    return Target(NEWEST) if asked is None else target(asked)._replace(origin=origin, notice="")


def name(minor: int) -> str:
    """Return the release as people write it: `1.29`."""
    return f"1.{minor}"
