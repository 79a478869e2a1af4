"""Policies to measure on: of the real kind, random ones, and ones made to be hard."""

from __future__ import annotations

import random

from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule

LEVELS = ("None", "Metadata", "Request", "RequestResponse")
VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection")
RESOURCES = (
    ("", ("pods", "pods/log", "pods/exec", "configmaps", "secrets", "services", "endpoints", "events", "nodes/status")),
    ("apps", ("deployments", "statefulsets", "daemonsets", "deployments/scale", "*/status")),
    ("batch", ("jobs", "cronjobs")),
    ("rbac.authorization.k8s.io", ("roles", "rolebindings", "clusterroles")),
    ("coordination.k8s.io", ("leases",)),
)


def service_accounts(count: int, seed: int = 0) -> Policy:
    """Return a policy as generators write them: a rule for each of many service accounts and namespaces."""
    chance = random.Random(seed)
    rules = [_service_account_rule(chance, number) for number in range(count - 1)]
    return Policy((*rules, PolicyRule("Metadata")), omit_stages=("RequestReceived",))


def _service_account_rule(chance: random.Random, number: int) -> PolicyRule:
    namespace = f"team-{number % (number // 4 + 1)}"
    group, resources = chance.choice(RESOURCES)
    return PolicyRule(
        chance.choice(LEVELS),
        users=(f"system:serviceaccount:{namespace}:robot-{number}",),
        verbs=tuple(sorted(chance.sample(VERBS, chance.randint(1, 4)))),
        namespaces=(namespace,),
        resources=(GroupResources(group, tuple(chance.sample(resources, chance.randint(1, min(3, len(resources)))))),),
    )


def random_rules(count: int, seed: int = 0, words: int = 12) -> Policy:
    """Return a policy of random rules that use every field, with several values out of `words` in each."""
    chance = random.Random(seed)
    return Policy(tuple(_mixed_rule(chance, words) for _ in range(count)))


def _mixed_rule(chance: random.Random, words: int) -> PolicyRule:
    def some(prefix: str) -> tuple[str, ...]:
        return tuple(f"{prefix}-{chance.randrange(words)}" for _ in range(chance.choice((0, 1, 2, 3, 4))))

    if chance.random() < 0.1:  # noqa: PLR2004
        urls = tuple(f"/path-{chance.randrange(words)}{chance.choice(('', '*', '/*'))}" for _ in range(3))
        return PolicyRule(chance.choice(LEVELS), some("user"), some("group"), ("get", "post"), non_resource_urls=urls)
    entries = []
    for _ in range(chance.choice((0, 1, 1, 2))):
        group, resources = chance.choice(RESOURCES)
        entries.append(GroupResources(group, tuple(chance.sample(resources, min(3, len(resources)))), some("name")))
    verbs = tuple(chance.sample(VERBS, chance.randint(0, 5)))
    return PolicyRule(chance.choice(LEVELS), some("user"), some("group"), verbs, tuple(entries), some("namespace"))


def hard(count: int, seed: int = 0, values: int = 12) -> Policy:
    """Return rules that each leave out a few values of every field: together they nearly cover the last rule."""
    chance = random.Random(seed)

    def most(prefix: str) -> tuple[str, ...]:
        words = [f"{prefix}-{number}" for number in range(values)]
        return tuple(sorted(chance.sample(words, values - chance.randint(1, 3))))

    def rule() -> PolicyRule:
        entry = GroupResources("", most("resource"), most("name"))
        return PolicyRule("None", most("user"), most("group"), (), (entry,), most("namespace"))

    def every(prefix: str) -> tuple[str, ...]:
        return tuple(f"{prefix}-{number}" for number in range(values))

    entry = GroupResources("", every("resource"), every("name"))
    last = PolicyRule("Metadata", every("user"), every("group"), (), (entry,), every("namespace"))
    return Policy((*(rule() for _ in range(count)), last))


def text(policy: Policy) -> str:
    """Return a policy as YAML, written as people do."""
    head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
    stages = f"omitStages: {_flow(policy.omit_stages)}\n" if policy.omit_stages else ""
    return f"{head}{stages}rules:\n" + "".join(map(_rule_text, policy.rules))


def _rule_text(rule: PolicyRule) -> str:
    lists = {
        "users": rule.users,
        "userGroups": rule.user_groups,
        "verbs": rule.verbs,
        "namespaces": rule.namespaces,
        "nonResourceURLs": rule.non_resource_urls,
    }
    lines = [
        f"  - level: {rule.level}",
        *(f"    {field}: {_flow(values)}" for field, values in lists.items() if values),
    ]
    lines += ["    resources:"] * bool(rule.resources)
    for entry in rule.resources:
        lines += [f'      - group: "{entry.group}"', f"        resources: {_flow(entry.resources)}"]
        lines += [f"        resourceNames: {_flow(entry.resource_names)}"] * bool(entry.resource_names)
    return "\n".join(lines) + "\n"


def _flow(values: tuple[str, ...]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


def real(count: int) -> str:
    """Return the text of a policy of the real kind: about 200 bytes a rule."""
    return text(service_accounts(count))


def mixed(count: int) -> str:
    """Return the text of a policy of random rules."""
    return text(random_rules(count))
