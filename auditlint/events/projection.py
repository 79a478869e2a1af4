"""What decides on an event, as SQL: an engine groups the events of a table into cells, and policies decide on those.

The policy goes to the engine, not the events to Python. Exact: events that a policy tells apart never share a cell.
What SQL cannot read as the server does (a URI with escapes, a time in another zone) stays in the key as it is, and is
read here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditlint.events.decide import Decider, held
from auditlint.events.dialects import DIALECTS
from auditlint.events.event import COMPLETED_VERBS, Event, ObjectReference, User
from auditlint.events.moments import LENGTH, normal
from auditlint.events.replay import NOBODY, hand_on, note_first
from auditlint.events.tally import LAST
from auditlint.events.totals import SHOWN, BadLine, Totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditlint.events.decide import Loaded
    from auditlint.events.dialects import Dialect
    from auditlint.kubernetes.policy import Policy

_WORD = "[A-Za-z0-9._:-]+"
_PLAIN_PATH = rf"^/(api|apis/{_WORD})/{_WORD}/{_WORD}(/{_WORD})*\z"
"""A path of a resource that has nothing to be unescaped and no empty part."""

_PREFIXES = ("proxy", "watch")
_OF_NAMESPACES = ("", "status", "finalize")
"""What stands behind the name of a namespace where the request is for the namespace itself."""


class CellRow(NamedTuple):
    """The columns of the cells, in their order: the key, then what is counted."""

    username: str | None
    user_groups: Sequence[str] | None
    verb: str
    is_resource: bool
    api_group: str
    resource: str
    subresource: str
    namespace: str | None
    """None: no policy lists it."""
    name: str | None
    uri: str | None
    """The path of what is no resource, and the whole URI where only it says where a request goes, but not plainly."""
    stage: str
    level: str
    odd_time: str | None
    """The time, where it is not written as the server writes it."""
    events: int
    bytes: int | None
    request_bytes: int | None
    response_bytes: int | None
    first: str | None
    last: str | None
    example: str | None
    """The auditID of the first event, where two policies are compared."""


class Plan:
    """How the events of a table are grouped for one policy or several, and what these decide."""

    def __init__(self, policies: Sequence[Policy | Loaded], dialect: Dialect) -> None:
        self.dialect = dialect
        self._policies = [held(policy) for policy in policies]
        rules = [rule for policy in self._policies for rule in policy.rules]
        self._groups = sorted({group for rule in rules for group in rule.user_groups})
        self._namespaces = sorted({namespace for rule in rules for namespace in rule.namespaces})
        self._names = sorted({name for rule in rules for entry in rule.resources for name in entry.resource_names})
        self._unlisted = _other_than({*self._namespaces, *self._names})

    def cells(self, table: str) -> str:
        """Return the query of the cells of a table with the columns of `Row`; CellRow says what it gives."""
        key, joins = self._key()
        counted = (
            "count(*)",
            "sum(bytes)",
            "sum(request_bytes)",
            "sum(response_bytes)",
            f"min(CASE WHEN {_SERVERS_TIME} THEN written_at END)",
            f"max(CASE WHEN {_SERVERS_TIME} THEN written_at END)",
            self._example() if len(self._policies) > 1 else "NULL",
        )
        places = ", ".join(str(number) for number in range(1, len(key) + 1))
        named = ", ".join(f"{what} AS {name}" for what, name in zip((*key, *counted), CellRow._fields, strict=True))
        return (
            f"SELECT {named} FROM ({self._placed(f'SELECT * FROM ({_from(table)}) AS rows WHERE malformed IS NULL')})"
            f" AS placed{joins} GROUP BY {places}"
        )

    def bad_lines(self, table: str) -> str:
        """Return the query of what is wrong with the logs of a table, of each log the first few lines and how many."""
        numbered = (
            "SELECT path, line, malformed, row_number() OVER (PARTITION BY path, line IS NULL ORDER BY line) AS place,"
            f" count(line) OVER (PARTITION BY path) AS many FROM ({_from(table)}) AS events WHERE malformed IS NOT NULL"
        )
        return f"SELECT path, line, malformed, many FROM ({numbered}) AS numbered WHERE place <= {SHOWN}"

    def decide(self, cells: Iterable[Sequence[Any]], bad_lines: Iterable[Sequence[Any]] = ()) -> Totals:
        """Return the totals of the cells and bad lines that the queries gave, rows in any order."""
        totals, decider = Totals(), Decider(self._policies)
        for values in cells:
            self._add(CellRow(*values), decider, totals)
            if decider.full:
                hand_on(decider, totals)
        hand_on(decider, totals)
        _add_bad_lines(totals, bad_lines)
        return totals

    def _add(self, row: CellRow, decider: Decider, totals: Totals) -> None:
        cell = decider.cell(self._event(row))
        if not cell.events:
            cell.users = totals.tally(cell.taker).users
        cell.events += int(row.events)
        cell.size += int(row.bytes or 0)
        cell.request_bytes += int(row.request_bytes or 0)
        cell.response_bytes += int(row.response_bytes or 0)
        name = row.username or NOBODY
        cell.users[name] = cell.users.get(name, 0) + int(row.events)
        odd = normal(row.odd_time or "")
        first, last = row.first or odd, row.last or odd
        cell.last = max(cell.last, last)
        example = None if row.example == LAST else row.example
        if (first and (not cell.first or first <= cell.first)) or not (first or cell.first):
            note_first(cell, first, example)

    def _event(self, row: CellRow) -> Event:
        """Return an event that every policy here treats as those of a cell."""
        reference = None
        if row.is_resource:
            namespace = self._unlisted if row.namespace is None else row.namespace
            name = self._unlisted if row.name is None else row.name
            reference = ObjectReference(row.api_group, row.resource, row.subresource, namespace, name)
        user = None
        if row.username is not None:  # an unnamed user is one, and the uid says so
            user = User(row.username, "unnamed", tuple(row.user_groups or ()))
        return Event(
            level=row.level,
            stage=row.stage,
            request_uri=row.uri,
            verb=row.verb,
            user=user,
            object_ref=reference,
        )

    def _placed(self, events: str) -> str:
        """Return events with where their requests go, and the URI where only Python can tell."""
        sql = self.dialect
        path = sql.before_query("request_uri")
        if not self._namespaces and not self._names:
            return f"SELECT *, CASE WHEN NOT is_resource THEN {path} END AS uri FROM ({events}) AS placed_events"
        verbs, prefixes, own = (_words(sql, words) for words in (sorted(COMPLETED_VERBS), _PREFIXES, _OF_NAMESPACES))
        sent = f"SELECT *, CASE WHEN is_resource AND verb IN ({verbs}) THEN {path} END AS sent_to FROM ({events}) AS a"
        start = f"CASE WHEN {sql.starts('sent_to', '/api/')} THEN 4 ELSE 5 END"
        parted = f"SELECT *, {start} AS start, split_part(sent_to, '/', {start}) AS head FROM ({sent}) AS b"
        inside = f"head <> 'namespaces' OR split_part(sent_to, '/', start + 2) NOT IN ({own})"
        judged = (
            f"SELECT *, head = 'namespaces' AS in_namespace, {sql.matches('sent_to', _PLAIN_PATH)}"
            f" AND head NOT IN ({prefixes}) AND ({inside}) AS plainly FROM ({parted}) AS c"
        )
        namespace = "CASE WHEN in_namespace THEN split_part(sent_to, '/', start + 1) ELSE '' END"
        name = "split_part(sent_to, '/', CASE WHEN in_namespace THEN start + 3 ELSE start + 1 END)"
        return (
            f"SELECT *, CASE WHEN plainly THEN {namespace} ELSE coalesce(namespace, '') END AS place_namespace,"
            f" CASE WHEN plainly THEN {name} ELSE coalesce(name, '') END AS place_name,"
            f" CASE WHEN NOT is_resource THEN {path} WHEN NOT plainly THEN request_uri END AS uri FROM ({judged}) AS d"
        )

    def _key(self) -> tuple[tuple[str, ...], str]:
        """Return what tells cells apart, and the joins that leave nothing but what a policy lists."""
        sql = self.dialect
        joins, listed = "", []
        for what, values in (("namespace", self._namespaces), ("name", self._names)):
            if values:
                joins += f" LEFT JOIN {sql.values(values)} AS listed_{what}s"
                joins += f" ON is_resource AND place_{what} = listed_{what}s.value"
            listed.append(f"listed_{what}s.value" if values else f"CAST(NULL AS {sql.string})")
        groups = sql.common("user_groups", self._groups) if self._groups else "NULL"
        key = (
            "username",
            groups,
            "coalesce(verb, '')",
            "is_resource",
            "coalesce(api_group, '')",
            "coalesce(resource, '')",
            "coalesce(subresource, '')",
            *listed,
            "uri",
            "coalesce(stage, '')",
            "coalesce(level, '')",
            f"CASE WHEN written_at <> '' AND length(written_at) <> {LENGTH} THEN written_at END",
        )
        return key, joins

    def _example(self) -> str:
        sql = self.dialect
        last = sql.text(LAST)
        return sql.first_of(
            f"CASE WHEN {_SERVERS_TIME} THEN written_at ELSE {last} END", f"coalesce(nullif(audit_id, ''), {last})"
        )


def plan(policies: Sequence[Policy | Loaded], dialect: str) -> Plan:
    """Return the plan of policies for an engine: `duckdb` or `spark`; ValueError for another one."""
    if dialect not in DIALECTS:
        raise ValueError(f'no dialect "{dialect}": there are {", ".join(DIALECTS)}')
    return Plan(policies, DIALECTS[dialect])


_SERVERS_TIME = f"length(written_at) = {LENGTH}"


def _words(sql: Dialect, words: Sequence[str]) -> str:
    return ", ".join(map(sql.text, words))


def _from(table: str) -> str:
    """Return a query of a table: a name, or a query already."""
    return table if table.lstrip().upper().startswith(("SELECT ", "WITH ", "FROM ")) else f"SELECT * FROM {table}"


def _other_than(listed: set[str]) -> str:
    """Return a name that is none of these."""
    name = "unlisted"
    while name in listed:
        name += "-"
    return name


def _add_bad_lines(totals: Totals, found: Iterable[Sequence[Any]]) -> None:
    from auditlint.events.files import age_of

    rows = [(str(path), line, str(reason), many) for path, line, reason, many in found]
    rows.sort(key=lambda row: (age_of(row[0]), row[1] or 0))
    totals.unreadable += [(path, reason) for path, line, reason, _ in rows if line is None]
    lines = [row for row in rows if row[1] is not None]
    totals.bad.count += sum({path: int(many) for path, _, _, many in lines}.values())
    totals.bad.first = [BadLine(path, int(line), reason) for path, line, reason, _ in lines][:SHOWN]
