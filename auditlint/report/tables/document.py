"""A matrix as plain data: what the JSON output prints, and what every other output is made of."""

from __future__ import annotations

from typing import TypedDict

FORMAT_VERSION = 1


class Decision(TypedDict):
    """What a policy does with requests; `rule` is the index of the rule that takes them, None if none does."""

    rule: int | None
    level: str
    omitStages: list[str]
    omitManagedFields: bool


class Choice(TypedDict):
    """Values of a namespace or name: those listed or, with `others`, all but those; `more` are not listed here."""

    others: bool
    values: list[str]
    more: int


class Where(TypedDict):
    """Requests by namespace and name; None: whatever it is; "" among the values: a request without."""

    namespace: Choice | None
    name: Choice | None


class Case(Decision):
    """Requests of a cell that the same rule takes; `was`: what the older policy did with them."""

    was: Decision | None
    otherwise: bool
    where: list[Where]


class Cell(TypedDict):
    """The requests with one verb; not `exact`: too many cases to try, `levels` are those that may occur."""

    verb: str
    levels: list[str]
    exact: bool
    cases: list[Case]
    more_cases: int


class Row(TypedDict):
    """A resource (`path` None) or a path, with a cell for each verb that it has."""

    section: str
    name: str
    apiGroup: str
    resource: str
    subresource: str
    path: str | None
    cells: list[Cell]


class Identity(TypedDict):
    """One who asks: `kind` is `others`, `user`, `group`, `anonymous` or `failed login`; `user` None: no user.

    The server does not give `added_groups`, they are asked for.
    """

    kind: str
    name: str
    user: str | None
    groups: list[str]
    added_groups: list[str]


class Table(TypedDict):
    """The cells of people for whom they are all the same."""

    identities: list[Identity]
    rows: list[Row]


class RuleText(Decision):
    """A rule of a policy, what it does, and how it stands in its file."""

    pointer: str
    line: int
    end_line: int
    text: list[str]


class PolicyText(TypedDict):
    """A policy: its file, the release it is judged for, its rules."""

    path: str
    kubernetes: str
    rules: list[RuleText]


class Tool(TypedDict):
    """The program that made a document."""

    name: str
    version: str


class Document(TypedDict):
    """The matrix of one policy; with `against`, the cells in which it differs from that older one.

    `narrowed`: only the resources and paths that were asked for.
    """

    version: int
    tool: Tool
    policy: PolicyText
    against: PolicyText | None
    namespace: str | None
    narrowed: bool
    tables: list[Table]
    hidden_rows: int
    hidden_paths: int
    hidden_identities: int
