"""Policies to measure the exact engine on: of the real kind, random ones, and ones made to be hard.

`python -m benchmarks.policies` prints how long each analysis takes.
"""

from __future__ import annotations

import random
import time

from auditlint.kubernetes.dead_selectors import dead_selectors
from auditlint.kubernetes.policy import GroupResources, Policy, PolicyRule
from auditlint.kubernetes.reach import Reach

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


def mixed(count: int, seed: int = 0, words: int = 12) -> Policy:
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


def measure(name: str, policy: Policy) -> None:
    """Print how many seconds each analysis of a policy takes."""
    marks = [("start", time.perf_counter())]
    reach = Reach(policy)
    marks.append(("index", time.perf_counter()))
    kinds = [fate.kind for fate in reach.fates]
    marks.append(("fates", time.perf_counter()))
    _ = reach.missing_catch_all
    marks.append(("catch-all", time.perf_counter()))
    dead = [selector for number in range(len(policy.rules)) for selector in dead_selectors(reach, number)]
    marks.append(("selectors", time.perf_counter()))
    redundant = [number for number in range(len(policy.rules)) if reach.redundant(number)]
    marks.append(("redundancy", time.perf_counter()))
    spent = ", ".join(
        f"{label} {after - before:.2f}" for (_, before), (label, after) in zip(marks, marks[1:], strict=False)
    )
    fates = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    print(f"{name}: {marks[-1][1] - marks[0][1]:.2f} s ({spent}); {fates}; {len(dead)} dead selectors,"
          f" {len(redundant)} redundant, gave up on {len(reach.gave_up)}")  # fmt: skip


def main() -> None:
    """Measure all kinds."""
    measure("5,000 service accounts", service_accounts(5000))
    for seed in range(3):
        measure(f"1,000 mixed rules, seed {seed}", mixed(1000, seed))
    measure("1,000 mixed rules of few words", mixed(1000, 0, 4))
    measure("300 hard rules", hard(300))
    measure("1,000 hard rules", hard(1000))


if __name__ == "__main__":
    main()
