"""Profiles: what published guides ask of audit logging, and which findings say that it is not so.

The facts are in `schemas/profiles.json`. A profile is chosen by its name (`cis`, `stig`, `nsa`); one with versions also
as `cis-1.12`, which holds whatever release a file is judged for.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.finding import Severity
from auditlint.kubernetes import data
from auditlint.kubernetes.releases import NEWEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from auditlint.finding import Finding

    Concerns = Callable[[Finding, tuple[str, ...]], bool]
    """Tells whether a finding concerns some of these resources."""


_LONGEST_VERSION = 10


class Control(NamedTuple):
    """One thing that a profile asks."""

    label: str
    """The guide and its version, as findings name it: `CIS 1.12:`."""
    id: str
    also: str
    """Another identifier that people know it by, or empty."""
    key: str
    asks: str
    in_short: str
    """What it asks, in the few words of `profile-conflict`; empty where no control contradicts it."""
    rules: tuple[str, ...]
    """The rules whose findings say that it is not so."""
    if_refused: tuple[str, ...]
    """Rules of which only the findings count with which kube-apiserver does not start."""
    about: tuple[str, ...]
    """What such a finding is about, where its rule may speak of several things; empty: anything."""
    only: tuple[tuple[str, tuple[str, ...]], ...]
    """Rules of which only the findings count that concern certain resources, each with these: `deployments.apps`."""
    minimum: int
    """The least value of the flag `key`, 0 where it asks for none."""
    against: tuple[str, ...]
    """The keys of controls of other profiles that cannot be met together with it."""
    manual: str
    """What no file shows, to be looked at by hand; empty if nothing is left."""

    @property
    def name(self) -> str:
        """The control with its guide, as the JSON report names it: `CIS 1.12 3.2.2`."""
        return f"{self.label.rstrip(':')} {self.id}"

    def answered_by(self, finding: Finding, concerns: Concerns) -> bool:
        """Tell whether a finding says that the control is not met."""
        if self.about and finding.about and set(self.about).isdisjoint(finding.about):
            return False
        only = dict(self.only)
        rule = finding.rule
        counts = rule in self.rules and (rule not in only or concerns(finding, only[rule]))
        return counts or (finding.refused and finding.rule in self.if_refused)


class Profile(NamedTuple):
    """A guide in one of its versions."""

    title: str
    version: str
    """Empty where the guide has one version here."""
    releases: str
    """The Kubernetes releases that the version is for, in words; empty if it does not say."""
    source: str
    controls: tuple[Control, ...]


def names() -> tuple[str, ...]:
    """Return the names that choose a profile."""
    return tuple(
        name
        for profile, entry in _profiles().items()
        for name in (profile, *(f"{profile}-{version}" for version in entry.get("versions", ())))
    )


def nearest(name: str) -> str | None:
    """Return the profile that a name means but for capitals, or the version of it with the nearest number."""
    name = name.lower()
    if name in names():
        return name
    kind, _, version = name.partition("-")
    number = _number(version)
    numbers = {one: _number(one) for one in _profiles().get(kind, {}).get("versions", ())}
    distances = {one: abs(own[1] - number[1]) for one, own in numbers.items() if own and number and own[0] == number[0]}
    return f"{kind}-{min(distances, key=distances.__getitem__)}" if distances else None


def _number(version: str) -> tuple[int, int] | None:
    """Return the two numbers of a version such as `1.12`."""
    major, _, minor = version.partition(".")
    plain = major.isascii() and minor.isascii() and major.isdigit() and minor.isdigit()
    return (int(major), int(minor)) if plain and len(version) < _LONGEST_VERSION else None


@cache
def of(name: str, minor: int = NEWEST) -> Profile:
    """Return the profile called so, in the version for 1.`minor` unless the name says which."""
    kind, _, version = name.partition("-")
    entry = _profiles()[kind]
    versions: Mapping[str, list[int | None]] = entry.get("versions", {})
    version = version or next((one for one, range_ in versions.items() if _holds(range_, minor)), "")
    label = entry["label"].format(version=version)
    controls = tuple(_control(one, label, version) for one in entry["controls"])
    return Profile(entry["title"], version, _releases(versions.get(version)), entry["source"], controls)


@cache
def controls(chosen: tuple[str, ...], minor: int) -> tuple[Control, ...]:
    """Return what the chosen profiles ask of a server of a release, each thing once."""
    return tuple(dict.fromkeys(control for name in chosen for control in of(name, minor).controls))


def rules_of(chosen: Iterable[str]) -> frozenset[str]:
    """Return the rules that check the chosen profiles."""
    asked = controls(tuple(chosen), NEWEST)
    return frozenset(rule for control in asked for rule in (*control.rules, *control.if_refused))


def conflicts(chosen: tuple[str, ...], minor: int) -> tuple[tuple[Control, tuple[Control, ...]], ...]:
    """Return the controls that contradict others of the chosen profiles, each with those."""
    asked = controls(chosen, minor)
    found = ((one, tuple(other for other in asked if other.key in one.against)) for one in asked)
    return tuple((one, others) for one, others in found if others)


def named(finding: Finding, chosen: tuple[str, ...], minor: int, concerns: Concerns) -> Finding:
    """Return a finding with the controls that it answers, as a warning at least; any other finding as it is."""
    answered = [control for control in controls(chosen, minor) if control.answered_by(finding, concerns)]
    if not answered:
        return finding
    return finding._replace(
        severity=max(finding.severity, Severity.WARNING),
        controls=tuple(control.name for control in answered),
    )


def in_words(names_of_controls: Iterable[str]) -> str:
    """Return controls, given by their names, as a message names them."""
    known = _controls_by_name()
    return listing(known[name] for name in names_of_controls)


@cache
def _controls_by_name() -> Mapping[str, Control]:
    return {control.name: control for profile in names() for control in of(profile).controls}


def listing(asked: Iterable[Control]) -> str:
    """Return controls as a message names them: `CIS 1.12: 1.2.17, 1.2.18; STIG V-242464`."""
    by_guide: dict[str, list[str]] = {}
    for control in asked:
        by_guide.setdefault(control.label, []).append(control.id)
    return "; ".join(f"{label} {', '.join(ids)}" for label, ids in by_guide.items())


def _profiles() -> dict[str, dict[str, Any]]:
    profiles: dict[str, dict[str, Any]] = data.table("profiles")["profiles"]
    return profiles


def _control(entry: dict[str, Any], label: str, version: str) -> Control:
    identifier = entry["id"]
    return Control(
        label,
        identifier if isinstance(identifier, str) else identifier[version],
        entry.get("also", ""),
        entry["key"],
        entry["asks"],
        entry.get("in_short", ""),
        tuple(entry["rules"]),
        tuple(entry.get("if_refused", ())),
        tuple(entry.get("about", ())),
        tuple((rule, tuple(names.split())) for rule, names in entry.get("only", {}).items()),
        entry.get("minimum", 0),
        tuple(entry.get("against", ())),
        entry.get("manual", ""),
    )


def _holds(releases: list[int | None], minor: int) -> bool:
    first, last = releases
    return first is not None and first <= minor and (last is None or minor <= last)


def _releases(releases: list[int | None] | None) -> str:
    if releases is None:
        return ""
    first, last = releases
    if last is None:
        return f"1.{first} and later"
    return f"1.{first}" if first == last else f"1.{first} to 1.{last}"
