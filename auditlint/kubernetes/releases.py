"""Which minor releases of Kubernetes auditlint knows, and how versions are read from text and image tags."""

from __future__ import annotations

import re
from typing import NamedTuple

OLDEST = 18
"""The oldest minor release that is judged for itself: 1.18."""
NEWEST = 37
"""The newest minor release whose data is in `schemas/`: 1.37."""

_VERSION = r"v?(\d{1,4})\.(\d{1,4})(?![0-9])(?:\.\d+)?(?:[.+_-].*)?"


class Target(NamedTuple):
    """The minor release to judge for, and what to tell the user if it is not the one that was asked for."""

    minor: int
    notice: str = ""


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
    if minor > NEWEST:
        return Target(NEWEST, f"Kubernetes 1.{minor} is newer than what auditlint knows, judged as 1.{NEWEST}")
    return Target(minor)


def name(minor: int) -> str:
    """Return the release as people write it: `1.29`."""
    return f"1.{minor}"
