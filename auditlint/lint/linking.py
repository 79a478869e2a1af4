"""Matches what belongs together in one run: policies, servers, kubeconfigs and definitions of custom resources."""

from __future__ import annotations

from contextlib import suppress

from auditlint.carriers import recognise
from auditlint.lint.guard import Guard
from auditlint.lint.sources import Source
from auditlint.subjects.links import files_of
from auditlint.subjects.model import ApiServer, PolicySubject, UnreadText
from auditlint.text.source import UnreadableError
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.carriers.custom_resource import Definitions
    from auditlint.kubernetes.cluster import Cluster
    from auditlint.lint.facts import Asking, Facts
    from auditlint.lint.workspace import Workspace
    from auditlint.subjects.links import Links
    from auditlint.subjects.model import Subject


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


def named_as_policies(facts: Sequence[Facts], workspace: Workspace, asking: Asking, guard: Guard) -> tuple[Facts, ...]:
    """Return the files, those that a flag of the run names as the policy judged as such, whatever they look like."""
    servers = [one for file in facts for one in file.subjects if isinstance(one, ApiServer)]
    if not servers or asking(servers[0].path).as_kind:
        return tuple(facts)
    named = files_of(servers, (file.path for file in facts))
    return tuple(_as_policy(file, workspace, asking, guard) if file.path in named else file for file in facts)


def _as_policy(file: Facts, workspace: Workspace, asking: Asking, guard: Guard) -> Facts:
    if any(_is_whole_file(subject) for subject in file.subjects):
        return file
    from auditlint.text import templates  # few runs have such a file
    from auditlint.text.encoding import display

    with guard.over(file.path, "reading it as a policy"), suppress(UnreadableError):
        asked = asking(file.path)._replace(as_kind="policy")
        found = workspace.facts(Source(file.path, named=True, data=file.given), asked)
        if templates.read(display(found.data)) is None:
            return found
    return file


def _is_whole_file(subject: Subject) -> bool:
    """Tell whether a subject is the file itself as a policy, and not a policy in it."""
    if isinstance(subject, PolicySubject):
        return subject.places.pointer(subject.base) == "" and subject.document == 0
    return isinstance(subject, UnreadText)


def _linked(
    files: Sequence[Facts], cluster: Cluster, definitions: Sequence[Definitions]
) -> tuple[tuple[Facts, ...], Links]:
    links = recognise.link([subject for file in files for subject in file.subjects], cluster, definitions)
    found = iter(links.subjects)
    return tuple(file._replace(subjects=tuple(next(found) for _ in file.subjects)) for file in files), links
