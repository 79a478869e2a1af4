"""Flags of kube-apiserver under keys of any other document: tools with kinds of their own write them as kubeadm does.

Seen in ControlPlaneConfigurations of crit (`kubeAPIServer.extraArgs`) and in files of tools around kubeadm
(`apiServerExtraArgs`). What such a tool adds or mounts is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.configurations import extra_args
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.subjects.spelling_of_flags import Items
from auditlint.subjects.templates import is_template
from auditlint.text.values import below, items, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import Candidate
    from auditlint.path import Path
    from auditlint.subjects.model import ApiServer
    from auditlint.subjects.spelling_of_flags import Spelling
    from auditlint.text.plain import Plain

_ABOUT_AUDITING = re.compile(r"--audit-(?:policy-file|log-|webhook-)")
_SERVER = re.compile(r"(?i)api[-_]?server")
_ARGUMENTS = re.compile(r"(?i)(?:args?|arguments|flags)$")
_READER = extra_args.Reader("", "", pairs=None)


def find(candidate: Candidate) -> Iterator[ApiServer]:
    """Yield the apiserver whose flags stand below a key that names them."""
    for holder, path in walk(candidate.value):
        for step, inner in below(holder):
            way = (*path, step)
            if _names_arguments(way):
                found, spelling = _read(inner, way)
                if any(_ABOUT_AUDITING.match(item.text) for item in found):
                    settings = apiserver.Settings("arguments", spelling=spelling)
                    yield apiserver.build(candidate, path, CommandLine(found, way), settings)


def _names_arguments(way: Path) -> bool:
    """Tell whether a key, with the one above it, says that arguments of an API server are below: `apiServer.args`."""
    last = str(way[-1])
    return _ARGUMENTS.search(last) is not None and any(_SERVER.search(str(step)) for step in way[-2:])


def _read(value: Plain, way: Path) -> tuple[tuple[Item, ...], Spelling]:
    texts = [(index, one) for index, one in enumerate(items(value)) if isinstance(one, str)]
    if texts:
        dashes = "--" if texts[0][1].startswith("--") else ""
        found = (Item(f"--{one.removeprefix('--')}", (*way, index), is_template(one)) for index, one in texts)
        return tuple(found), Items(dashes)
    read = extra_args.read(value, way, _READER)
    return read.items, read.spelling


CARRIER = Carrier(
    title="Arguments in other documents",
    checked=(
        "Flags about auditing in a mapping or list whose key, or the one above it, names an API server's arguments "
        "(`apiServerExtraArgs`, `kubeAPIServer.extraArgs`), where nothing else here reads the document: what they say. "
        "Nothing is said of what is absent."
    ),
    words=(b"audit-",),
    in_document=find,
)
