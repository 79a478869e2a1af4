"""The rows that `matrix` is asked for: names as kubectl, policies and the matrix itself write them, stars expanded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from auditlint.errors import QuestionError
from auditlint.kubernetes import releases
from auditlint.kubernetes.matrix.cells import grounds_of
from auditlint.kubernetes.matrix.rows import ORDINARY, SECTIONS, default_rows, path_rows, resource_row, rest_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditlint.kubernetes.catalogue import Catalogue, Ranges
    from auditlint.kubernetes.cluster import Cluster
    from auditlint.kubernetes.engine.index import Index
    from auditlint.kubernetes.matrix.rows import Row
    from auditlint.policy.policy_file import PolicyFile

STAR = "*"
_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d+)?")
_HOW_STARS_STAND = "a star stands for a whole name, as in pods/*, */status or *.apps"


class Asked(NamedTuple):
    """What of a table is asked for, all of it where nothing is said."""

    resources: Sequence[str] = ()
    """As kubectl and policies write them, stars included: `pods`, `cm`, `*/status`, `deployments.apps`."""
    paths: Sequence[str] = ()
    users: Sequence[str] = ()
    groups: Sequence[str] = ()
    """With users: the groups that those are in besides."""
    namespace: str | None = None


def chosen_rows(
    policies: Sequence[PolicyFile], cluster: Cluster, index: Index, asked: Asked
) -> tuple[Sequence[Row], tuple[str, ...]]:
    """Return the rows that are asked for, all of the matrix where none are, and notes on what was asked.

    Raises QuestionError where nobody can know what is meant, and where nothing of it is within the namespace.
    """
    catalogue = cluster.catalogue(policies[0].subject.minor)
    rows = default_rows([policy.held for policy in policies], catalogue, index, cluster)
    search = _Search(rows, catalogue, index)
    if asked.resources or asked.paths:
        found = [row for text in asked.resources for row in search.resources(text)]
        found += [row for text in asked.paths for row in search.paths(text)]
        rows = tuple(sorted(dict.fromkeys(found), key=lambda row: SECTIONS.index(row.section)))
    return (rows if asked.namespace is None else _within(asked.namespace, rows)), tuple(search.notes)


def _within(namespace: str, rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows that have requests in a namespace; says so if there are none."""
    found = [row for row in rows if row.path is None and any(grounds_of(row, verb, namespace) for verb in row.verbs)]
    if not found:
        names = ", ".join(row.name for row in rows)
        lies = "are" if len(rows) > 1 else "is"
        raise QuestionError(f'namespace "{namespace}": {names} {lies} in no namespace, ask without it')
    return found


class _Search:
    """Finds what is asked for among the rows of the matrix and all that is known of the cluster."""

    def __init__(self, rows: Sequence[Row], catalogue: Catalogue, index: Index) -> None:
        self.rows = rows
        self.catalogue = catalogue
        self.index = index
        self.sections = {row[2:7]: row.section for row in rows}
        self.notes: list[str] = []
        """What there is to say of what is shown."""
        self.named = [row for row in rows if row.path is None and not row.title]

    def resources(self, text: str) -> Sequence[Row]:
        """Return the rows of one --resource."""
        from auditlint.policy.asking import split_resource

        word, group, subresource = split_resource(text)
        if any(STAR in part and part != STAR for part in (word, group or "", subresource)):
            raise QuestionError(f'resource: "{text}" is no resource: {_HOW_STARS_STAND}')
        wanted = (word, None if group == STAR else group, subresource)
        shown = [row for row in self.rows if row.path is None and (row.name == text or _is_called(row, *wanted))]
        try:
            found = self._expanded(text, *wanted) if STAR in {word, subresource} else self._meant(*wanted)
        except QuestionError:
            if not shown:
                raise
            return shown
        return [*found, *shown]

    def paths(self, text: str) -> Sequence[Row]:
        """Return the rows of one --path."""
        from auditlint.kubernetes.engine.fresh import Fresh

        titled = [row for row in self.rows if row.path is not None and row.title == text]
        if rows := titled or path_rows(text, Fresh(self.index)):
            return rows
        reason = (
            "kube-apiserver reads it as that of a resource: ask for the resource"
            if text.startswith("/")
            else "a path starts with /"
        )
        raise QuestionError(f"path {text}: {reason}")

    def _row(self, group: str, resource: str, subresource: str) -> Row:
        row = resource_row(ORDINARY, group, resource, subresource, self.catalogue)
        return row._replace(section=self.sections.get(row[2:7], row.section))

    def _places(self, word: str, group: str | None) -> list[tuple[str, str]]:
        """Return group and resource of all that a word names, in this release if it has one of them."""
        known = [one for one in self.catalogue.named(word) if group in {one.group, None}]
        served = [one for one in known if one.served_in(self.catalogue.minor)]
        places = [(one.group, one.resource) for one in served or known]
        places += [
            row[2:4] for row in self.named if row.resource in {word, word.lower()} and group in {row.group, None}
        ]
        return list(dict.fromkeys(places))

    def _own(self, word: str, group: str | None) -> list[tuple[str, str]]:
        """Return what a word names, or a custom resource of which nothing is known; raises QuestionError otherwise."""
        places = self._places(word, group)
        if places or (group is not None and group not in self.catalogue.built_in_groups):
            self._refuse_version(word, group or "")
            return places or [(group or "", word)]
        if group is not None:
            members = (one.resource for one in self.catalogue.ever_in_group(group))
            hint = _hint(word, members) or self._elsewhere(word)
            raise QuestionError(f'resource: no resource "{word}" in {group}{hint}')
        hint = _hint(word, (one.resource for one in self.catalogue.served))
        custom = f"of a custom one give the group, as in {word}.example.com"
        raise QuestionError(f'resource: no resource "{word}"{hint}; {custom}')

    def _refuse_version(self, word: str, group: str) -> None:
        """Refuse deployments.apps.v1: the version stands before the group, and no such group can be meant."""
        shorter, _, version = group.rpartition(".")
        if shorter and shorter in self.catalogue.built_in_groups and not self._places(word, group):
            right = f"{word}.{version}.{shorter}" if _VERSION.fullmatch(version) else f"{word}.{shorter}"
            raise QuestionError(f'resource: no API group "{group}", did you mean "{right}"?')

    def _elsewhere(self, word: str) -> str:
        places = self._places(word, None)
        return f', did you mean "{self._row(*places[0], "").name}"?' if places else ""

    def _meant(self, word: str, group: str | None, subresource: str) -> Sequence[Row]:
        """Return the rows of a resource without stars; tells what this release does not serve."""
        places = self._own(word, group)
        keys = [(*place, subresource) for place in places if self._may_have(*place, subresource)]
        if not keys:
            raise self._no_subresource(places, subresource)
        served = [key for key in keys if not self._lacks(*key)]
        for key in () if served else keys:
            when = _releases(self.catalogue.releases(*key))
            lack = f"Kubernetes {releases.name(self.catalogue.minor)} does not serve it ({when})"
            self.notes.append(f"{self._row(*key).name}: {lack}; shown is what the rules say of it")
        return [self._row(*key) for key in served or keys]

    def _may_have(self, group: str, resource: str, subresource: str) -> bool:
        """Tell whether some release or the policy knows a subresource; of custom resources nobody knows them all."""
        if not subresource or group not in self.catalogue.built_in_groups:
            return True
        key = (group, resource, subresource)
        return self.catalogue.ever(*key) is not None or any(row[2:5] == key for row in self.named)

    def _lacks(self, group: str, resource: str, subresource: str) -> bool:
        return group in self.catalogue.built_in_groups and self.catalogue.get(group, resource, subresource) is None

    def _no_subresource(self, places: Sequence[tuple[str, str]], subresource: str) -> QuestionError:
        have = [one for place in places for one in self.catalogue.subresources(*place)]
        near = _hint(subresource, (one.subresource for one in have))
        full = {one.subresource: self._row(*one.key).name for one in have}
        for name, whole in full.items():
            near = near.replace(f'"{name}"', f'"{whole}"')
        known = near or (f", only {', '.join(full)}" if full else ", it has none")
        return QuestionError(f'resource: {self._row(*places[0], "").name} has no subresource "{subresource}"{known}')

    def _expanded(self, text: str, word: str, group: str | None, subresource: str) -> Sequence[Row]:
        """Return the rows of what a string with a star takes: of what is known, and one for the rest if there is any.

        As in a policy, a star alone takes subresources too, and `pods/*` does not take pods.
        """
        places = None if word == STAR else self._own(word, group)
        known = [row for row in self.rows if row.path is None and self._speaks_of(row)]
        known += [self._row(*one.key) for one in self.catalogue.served]
        found = [row for row in known if _is_below(row, subresource) and _is_in(row, group, places)]
        found += self._rests(group, places, subresource)
        if not found:
            raise QuestionError(f'resource: Kubernetes {releases.name(self.catalogue.minor)} serves no "{text}"')
        return found

    def _speaks_of(self, row: Row) -> bool:
        """Tell whether a row is for what a rule or a configuration names, not an example of everything else."""
        return not row.title or row.group in self.index.target_groups

    def _rests(self, group: str | None, places: Sequence[tuple[str, str]] | None, subresource: str) -> Iterator[Row]:
        """Yield the rows for what nobody knows: of groups that do not come with Kubernetes."""
        if places is not None:
            wanted: list[tuple[str | None, str | None]] = [*places]
        elif group is not None:
            wanted = [(group, None)]
        else:
            wanted = [*((named, None) for named in sorted(self.index.target_groups - {STAR})), (None, None)]
        for one, resource in wanted:
            if one not in self.catalogue.built_in_groups:
                row = rest_row(ORDINARY, one, resource, subresource, self.index)
                yield row._replace(section=self.sections.get(row[2:7], row.section))


def _is_called(row: Row, word: str, group: str | None, subresource: str) -> bool:
    """Tell whether a row is called so, letter for letter; outputs leave out groups."""
    return not row.title and (row.resource, row.subresource) == (word, subresource) and group in {row.group, None}


def _is_below(row: Row, subresource: str) -> bool:
    return not subresource or (bool(row.subresource) if subresource == STAR else row.subresource == subresource)


def _is_in(row: Row, group: str | None, places: Sequence[tuple[str, str]] | None) -> bool:
    return group in {row.group, None} if places is None else (row.group, row.resource) in places


def _hint(word: str, known: Iterable[str]) -> str:
    from auditlint.spelling import suggestion

    return suggestion(word, dict.fromkeys(known))


def _releases(spans: Ranges) -> str:
    """Say which releases serve something."""
    names = [
        releases.name(first) if first == last else f"{releases.name(first)} to {releases.name(last)}"
        for first, last in spans
    ]
    if not names:
        return "no release does"
    return f"{' and '.join(names)} do"
