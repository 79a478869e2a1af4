"""Every start of a server in one run: with which policy, with which flags, and how it is meant to end."""

from __future__ import annotations

from typing import NamedTuple

from tests.e2e import flags, policies

_SIMPLE = "one-rule"
_POLICY = "{policy}"


class Case(NamedTuple):
    """One start."""

    name: str
    policy: str
    flags: flags.Taken
    refused: bool = False

    @property
    def has_policy(self) -> bool:
        """Whether the flags name the policy at all."""
        return any(_POLICY in flag for flag in self.flags.flags)

    @property
    def logs(self) -> bool:
        """Whether events are recorded somewhere."""
        return self.has_policy and bool(self.flags.log)


def every_case() -> list[Case]:
    """Return the policies that are served, with the flags that log spread over them, and whatever is refused."""
    logging = [case for case in _taken() if case.logs]
    cases = [case for case in _taken() if not case.logs]
    for number, policy in enumerate(policies.served()):
        if number < len(logging):
            cases.append(Case(f"{policy}+{logging[number].name}", policy, logging[number].flags))
        else:
            cases.append(Case(policy, policy, flags.PLAIN))
    cases += [Case(name, name, flags.PLAIN, refused=True) for name in policies.REFUSED]
    return cases + [Case(name, _SIMPLE, flags.Taken(refused), refused=True) for name, refused in flags.REFUSED.items()]


def _taken() -> list[Case]:
    return [Case(name, _SIMPLE, taken) for name, taken in flags.TAKEN.items()]
