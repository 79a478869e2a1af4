"""Matches what belongs together in one run: policies, servers, kubeconfigs and definitions of custom resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.carriers import recognise
from auditlint.lint.guard import Guard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.carriers.custom_resource import Definitions
    from auditlint.kubernetes.cluster import Cluster
    from auditlint.lint.workspace import Facts
    from auditlint.subjects.links import Links


def linked(facts: Sequence[Facts], cluster: Cluster, guard: Guard) -> tuple[tuple[Facts, ...], Links]:
    """Return the files with subjects, as the run judges these, and what belongs together among them.

    Those that cannot be linked through a bug of ours are left out.
    """
    files = tuple(one for one in facts if one.subjects)
    definitions = tuple(one.defines for one in facts if one.defines)
    whole = Guard()
    with whole.over("", "linking"):
        return _linked(files, cluster, definitions)
    # Rare, so that it may cost: which file is it?
    sound = []
    for file in files:
        with guard.over(file.path, "linking"):
            _linked((file,), cluster, definitions)
            sound.append(file)
    return _linked(sound, cluster, definitions)


def _linked(
    files: Sequence[Facts], cluster: Cluster, definitions: Sequence[Definitions]
) -> tuple[tuple[Facts, ...], Links]:
    links = recognise.link([subject for file in files for subject in file.subjects], cluster, definitions)
    found = iter(links.subjects)
    return tuple(file._replace(subjects=tuple(next(found) for _ in file.subjects)) for file in files), links
