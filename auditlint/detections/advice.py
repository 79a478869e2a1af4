"""What to write so that a detection sees: a rule for everything that it is about and does not see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.detections.model import Advice
from auditlint.kubernetes.requests import RESOURCE_VERBS, URL_VERBS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditlint.detections.acts import What
    from auditlint.detections.judging import Part
    from auditlint.detections.model import Needs
    from auditlint.kubernetes.policy import Policy

_MANY = 12
"""More resources than this are all resources."""
_SECRET = {("", "secrets"), ("", "configmaps"), ("authentication.k8s.io", "tokenreviews")}
_VERBS = tuple(dict.fromkeys((*RESOURCE_VERBS, *URL_VERBS)))


def advise(parts: Sequence[Part], policy: Policy, needs: Needs) -> Advice | None:
    """Return a rule that lets everything be seen; None where no level is enough."""
    if needs.level is None:
        return None
    unseen = [act for part in parts for act in part.unseen]
    rules = [len(policy.rules) if act.rule is None else act.rule for act in unseen]
    before = min(rules)
    whats = list(dict.fromkeys(what for act in unseen for what in act.alike))
    stages = _blocked(policy, needs)
    lines = [f"# {line}" for line in _comments(whats, needs.level, stages)]
    lines += _rule(whats, needs.level)
    return Advice("".join(f"{line}\n" for line in lines), None if before == len(policy.rules) else before, stages)


def _blocked(policy: Policy, needs: Needs) -> tuple[str, ...]:
    """Return the stages that are needed and that the policy itself leaves out, if all that would do are."""
    if not set(needs.stages) <= set(policy.omit_stages):
        return ()
    return needs.stages


def _comments(whats: Sequence[What], level: str, stages: Sequence[str]) -> list[str]:
    found = []
    if stages:
        found.append(f"take {', '.join(stages)} out of the policy's omitStages too")
    tokens = any(what.subresource == "token" for what in whats)
    if level != "Metadata" and (tokens or any(what.target[:2] in _SECRET for what in whats)):
        found.append("the log will then hold what is secret in these objects: keep it as safe as they are")
    return found


def _rule(whats: Sequence[What], level: str) -> list[str]:
    lines = [f"- level: {level}"]
    verbs = {what.verb for what in whats}
    on_paths = any(what.path is not None for what in whats)
    on_resources = [what for what in whats if what.path is None]
    if not verbs >= (set(RESOURCE_VERBS[:8]) if on_resources else set(URL_VERBS)):
        lines.append(f"  verbs: [{', '.join(verb for verb in _VERBS if verb in verbs)}]")
    names = dict.fromkeys((what.group, what.resource) for what in on_resources)
    if on_paths and on_resources:
        return lines
    if on_paths:
        paths = dict.fromkeys(what.path for what in whats if what.path)
        urls = ["*"] if len(paths) > _MANY or any("x7q" in path for path in paths) else list(paths)
        return [*lines, f"  nonResourceURLs: [{', '.join(map(_quoted, urls))}]"]
    if len(names) > _MANY or any(group == "example.com" for group, _ in names):
        return lines if len(names) <= _MANY or _is_broad(names) else [*lines, *_groups(on_resources)]
    return [*lines, *_groups(on_resources)]


def _is_broad(names: dict[tuple[str, str], None]) -> bool:
    return any(group == "example.com" and resource.startswith("widgets") for group, resource in names)


def _groups(whats: Sequence[What]) -> list[str]:
    groups: dict[str, dict[str, None]] = {}
    for what in whats:
        name = f"{what.resource}/{what.subresource}" if what.subresource else what.resource
        groups.setdefault(what.group, {})[name] = None
    entries = []
    for group, names in groups.items():
        entries.append(f'  - group: "{group}"')
        entries.append(f"    resources: [{', '.join(map(_quoted, _shortened(list(names))))}]")
    return ["  resources:", *entries]


def _shortened(names: Sequence[str]) -> list[str]:
    """Return names where those of all subresources of a resource are one."""
    found: dict[str, None] = {}
    for name in names:
        resource = name.partition("/")[0]
        below = [one for one in names if one.startswith(f"{resource}/")]
        if resource in names and len(below) > 1:
            found[resource] = found[f"{resource}/*"] = None
        else:
            found[name] = None
    return list(found)


def _quoted(text: str) -> str:
    return f'"{text}"' if "*" in text else text
