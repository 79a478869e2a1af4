"""Terraform's `rancher2_cluster` and `rke_cluster`: the block `kube_api`, which becomes a cluster of RKE 1.

Blocks are read here by their braces: a reader of HCL gives no columns. What the provider fills in for an absent
attribute is not known here, so that nothing is said of it. A policy in a here-document is read as one.
Sources: terraform-provider-rancher2, rancher2/schema_cluster_rke_config_services_kube_api.go;
terraform-provider-rke, rke/schema_rke_cluster_services_kube_api.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditlint.carriers import apiserver
from auditlint.carriers.candidate import Candidate
from auditlint.carriers.carrier import Carrier
from auditlint.carriers.containers.command import CommandLine, Item
from auditlint.carriers.containers.word_places import Given, OptionPlaces
from auditlint.subjects.model import Runs
from auditlint.subjects.spelling_of_flags import Attributes
from auditlint.subjects.templates import is_template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditlint.carriers.candidate import PlainText
    from auditlint.subjects.model import ApiServer

_BLOCK = re.compile(r"^[ \t]*kube_api[ \t]*\{", re.MULTILINE)
_BRACE = re.compile(r'"(?:[^"\\\n]|\\.)*"|#[^\n]*|//[^\n]*|[{}]')
_FLAGS = {
    "path": "audit-log-path",
    "format": "audit-log-format",
    "max_age": "audit-log-maxage",
    "max_backup": "audit-log-maxbackup",
    "max_size": "audit-log-maxsize",
}
_SPELLING = Attributes({flag: key for key, flag in _FLAGS.items()})
_ATTRIBUTE = re.compile(
    r"^[ \t]*(?P<key>max_age|max_backup|max_size|path|format|\"?(?:audit|feature)-[\w-]+\"?)[ \t]*[=:][ \t]*"
    r'(?P<value>"(?:[^"\\\n]|\\.)*"|[^\s,#}]+)',
    re.MULTILINE,
)


def find_in_text(given: PlainText) -> Iterator[ApiServer]:
    """Yield the apiserver of each block about `kube_api` that says something of auditing."""
    text = given.text.text
    for block in _BLOCK.finditer(text):
        end = _end(text, block.end())
        found = list(_ATTRIBUTE.finditer(text, block.end(), end))
        items = tuple(_item(match, index) for index, match in enumerate(found))
        if any(item.text.startswith("--audit-") for item in items):
            places = [
                Given(match[0], given.text.stretch(match.start("key"), match.end("value")), given.text.pointer)
                for match in found
            ]
            document = given.text.document or 0
            candidate = Candidate(
                given.path, document, None, OptionPlaces(places, document), given.minor, given.origin, given.as_kind
            )
            settings = apiserver.Settings("rancher2", Runs.PROCESS, spelling=_SPELLING, tool="RKE")
            yield apiserver.build(candidate, (), CommandLine(items, ()), settings)


def _end(text: str, at: int) -> int:
    """Return where a block ends that begins before an offset; one that never ends goes to the end of the text."""
    depth = 1
    for match in _BRACE.finditer(text, at):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.start()
    return len(text)


def _item(match: re.Match[str], index: int) -> Item:
    key, value = match["key"].strip('"'), match["value"]
    is_text = value.startswith('"')
    is_known = is_text or value.isdecimal() or value in {"true", "false"}
    argument = f"--{_FLAGS.get(key, key)}={value.strip(chr(34))}"
    return Item(argument, (index,), opaque=not is_known or is_template(argument), written=key)


CARRIER = Carrier(
    title="Clusters of Rancher in Terraform",
    checked=(
        "`audit_log` and `extra_args` in the block `kube_api` of `rancher2_cluster` and `rke_cluster`: what they say; "
        "the policy in it, and `machine_global_config`, as the texts that they are."
    ),
    words=(b"kube_api",),
    suffixes=(".tf", ".tofu"),
    beside=True,
    in_text=find_in_text,
)
