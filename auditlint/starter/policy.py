"""The policy to start from: silence what the cluster asks of itself, keep secrets out of the log, log all else."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple

from auditlint import profiles
from auditlint.checks.queries.chatter import KINDS
from auditlint.checks.repairs.policies import content
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.text.editing.rendering import Style, flow, item_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_WIDTH = 100
_STYLE = Style()
_CHANGES = ("create", "update", "patch", "delete", "deletecollection")
_RBAC = GroupResources("rbac.authorization.k8s.io", ("roles", "rolebindings", "clusterroles", "clusterrolebindings"))
_WORKLOADS = (
    GroupResources("", ("pods",)),
    GroupResources("apps", ("deployments", "daemonsets", "statefulsets")),
    GroupResources("batch", ("jobs", "cronjobs")),
)
_OF_RULES = ("secret-bodies-logged", "everything-with-bodies", "reads-with-bodies")
"""What is found in rules alone, without the policy around them."""
_ONE_RULE_IGNORES = (
    *_OF_RULES,
    *("events-logged", "health-checks-logged", "leases-logged", "noisy-watch", "request-received-logged"),
)


class Block(NamedTuple):
    """Rules that belong together, and what they are for."""

    comment: str
    rules: tuple[PolicyRule, ...]


class Draft(NamedTuple):
    """A policy with what is to be said about it."""

    comment: str
    blocks: tuple[Block, ...]
    omit_stages: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    """The findings that the policy is meant to have."""
    reason: str = ""
    """Why they are meant."""

    @property
    def policy(self) -> Policy:
        """The policy as kube-apiserver holds it in memory."""
        return Policy(tuple(rule for block in self.blocks for rule in block.rules), self.omit_stages)


def draft(chosen: Sequence[str], minor: int) -> Draft:
    """Return the policy for 1.`minor` that meets the chosen profiles, which do not contradict each other."""
    asked = {control.key for control in profiles.controls(tuple(chosen), minor)}
    return _one_rule() if "one-rule" in asked else _layered(minor, with_workloads="changes" in asked)


def text(drawn: Draft) -> str:
    """Return the policy as a file."""
    return _joined((*_comment(drawn.comment), *_ignored("ignore-file", drawn), *_fields(drawn)))


def entry(drawn: Draft, key: str) -> str:
    """Return the policy as a key of another document, with its value."""
    fields = (f"  {line}" for line in _fields(drawn))
    return _joined((*_comment(drawn.comment), *_ignored("ignore", drawn), f"{key}:", *fields))


def rules(drawn: Draft) -> str:
    """Return the rules alone, as a list: what is meant of them is said above the first."""
    alone = drawn._replace(ignores=tuple(name for name in drawn.ignores if name in _OF_RULES))
    return _joined((*_ignored("ignore", alone), *_rules(drawn)))


def _fields(drawn: Draft) -> Iterator[str]:
    yield from ("apiVersion: audit.k8s.io/v1", "kind: Policy")
    if drawn.omit_stages:
        yield from _comment("No second event for the moment at which a request arrives.")
        yield f"omitStages: {flow(list(drawn.omit_stages), _STYLE)}"
    yield "rules:"
    yield from (f"  {line}" for line in _rules(drawn))


def _rules(drawn: Draft) -> Iterator[str]:
    for block in drawn.blocks:
        yield from _comment(block.comment)
        for rule in block.rules:
            yield from item_lines(content(rule), _STYLE, _STYLE.item_quote)


def _ignored(form: str, drawn: Draft) -> Iterator[str]:
    if drawn.ignores:
        yield f"# auditlint: {form}[{', '.join(drawn.ignores)}] {drawn.reason}"


def _one_rule() -> Draft:
    return Draft(
        "The one rule that the DISA STIG asks for in V-242403. Every secret and every token that is read or written is "
        "then in the log: let nobody but root read it.",
        (Block("", (PolicyRule("RequestResponse"),)),),
        ignores=_ONE_RULE_IGNORES,
        reason="V-242403 asks for it",
    )


def _layered(minor: int, *, with_workloads: bool) -> Draft:
    silenced = tuple(rule for kind in KINDS.values() for rule in kind.silencers(minor))
    bodies = (_RBAC, *_WORKLOADS) if with_workloads else (_RBAC,)
    changed = "roles, bindings and workloads" if with_workloads else "roles and bindings"
    return Draft(
        "Audit policy of kube-apiserver. The first rule that matches a request decides what is logged of it.",
        (
            Block(
                "What the cluster asks of itself all day: leases, health checks, watches, events. Requests of people "
                "for the same resources stay in the log.",
                silenced,
            ),
            Block(
                f"Changes of {changed}: with what was sent and returned.",
                (PolicyRule("RequestResponse", verbs=_CHANGES, resources=bodies),),
            ),
            Block(
                "All else, Secrets among it: who did what, when, from where, and with which result, without what was "
                "sent and returned.",
                (PolicyRule("Metadata"),),
            ),
        ),
        omit_stages=("RequestReceived",),
    )


def _comment(words: str) -> Iterator[str]:
    return (f"# {line}" for line in wrap(words, _WIDTH))


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
