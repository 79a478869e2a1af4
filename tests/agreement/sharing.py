"""Policies whose rules share their parts: anchors, aliases, merge keys in every order, up to alias bombs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.agreement.dice import Dice

FIELDS = (
    "level: Metadata",
    "level: None",
    "users: [a]",
    "verbs: [get, list]",
    "verbs: [delete]",
    'resources: [{group: "", resources: [pods]}]',
    "resources: *entries",
    "namespaces: [prod]",
    "namespaces: *names",
    "users: *names",
    "omitStages: [Panic]",
    "omitManagedFields: true",
    "nonResourceURLs: [/healthz*]",
    "x: 1",
    "? level\n: Request",
    "'users': [b]",
)
SOURCES = (
    "{level: Request, verbs: [watch]}",
    "[]",
    "[{level: None}, *names]",
    "*names",
    "null",
    "x",
    "&own {users: [c]}",
)


def shared(dice: Dice) -> bytes:
    """Return a policy whose rules are made of parts that were named before."""
    named = dice.number(4)
    lines = ["apiVersion: audit.k8s.io/v1", "kind: Policy", "x-names: &names [a, b]", "x-entries: &entries"]
    lines += ["- {group: apps, resources: [deployments]}", "- &core {resources: [secrets]}", "- <<: *core"]
    lines += ["x-rules:", *(f"- &a{number} {_rule(dice, number)}" for number in range(named))]
    lines += ["rules:", *(f"- {dice.pick(tuple(_items(dice, named)))}" for _ in range(1 + dice.number(3)))]
    if dice.once_in(3):
        lines[3:3] = _bomb(dice)
    return ("\n".join(lines) + "\n").encode()


def _items(dice: Dice, named: int) -> Iterator[str]:
    yield _rule(dice, named)
    yield _rule(dice, named)
    yield f"*a{dice.number(named)}" if named else _rule(dice, 0)


def _rule(dice: Dice, named: int) -> str:
    """Return a rule in flow style that merges some of the first `named` ones, before or after its own fields."""
    parts = [dice.pick(FIELDS[:-2]) for _ in range(dice.number(4))]
    parts += [dice.pick(FIELDS)] if dice.once_in(4) else ["level: Request"]
    for _ in range(dice.pick((1, 0, 1, 2))):
        names = [f"*a{dice.number(named)}" for _ in range(1 + dice.number(3))] if named else ["{verbs: [watch]}"]
        source = dice.pick((*(names[0], f"[{', '.join(names)}]") * 5, dice.pick(SOURCES)))
        parts.insert(dice.number(len(parts) + 1), f"{dice.pick((*('<<',) * 20, '!!merge <<', '!!str <<'))}: {source}")
    return "{" + ", ".join(parts).replace("\n", " ") + "}"


def _bomb(dice: Dice) -> Iterator[str]:
    """Yield lists of lists of aliases, around the size that the server no longer unfolds."""
    width = dice.pick((2, 10, 50, 100, 300))
    yield f"x-bomb0: &b0 [{', '.join('x' * width)}]"
    for level in range(1, 1 + dice.number(5)):
        aliases = [f"*b{level - 1}"] * dice.pick((2, 10, 9, 30, 100, 12))
        yield f"x-bomb{level}: &b{level} [{', '.join(aliases)}]"
