"""What the SQL of one engine says differently from that of another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PLAIN = re.compile(r"[A-Za-z0-9 _:./,;@*+=()\[\]?^|-]*")
"""Text that every engine takes between quotes as it stands: no quotes, backslashes or variables."""


class Dialect(NamedTuple):
    """How an engine writes what the plans need."""

    name: str
    string: str
    """The type of texts."""
    unhex: Callable[[str], str]
    """The text of which these are the bytes in hexadecimal."""
    before_query: Callable[[str], str]
    """What stands before the first `?` of a text."""
    starts: Callable[[str, str], str]
    """Whether a text starts with another one."""
    matches: Callable[[str, str], str]
    """Whether a regular expression is found in a text."""
    common: Callable[[str, Sequence[str]], str]
    """The entries of a list of texts that are among some."""
    values: Callable[[Sequence[str]], str]
    """A relation with one column of texts, called `value`."""
    first_of: Callable[[str, str], str]
    """Of the row where a text is the smallest, of several that where a second one is, this second one."""
    quoted: Callable[[str], str]
    """A name of a column, whatever words the engine keeps for itself."""
    length: Callable[[str], str]
    """How many entries a list has."""
    moment: Callable[[str], str]
    """A timestamp as the server writes it."""

    def text(self, value: str) -> str:
        """Return a text as a literal, whatever is in it."""
        return _literal(value, self.unhex)


def _literal(value: str, unhex: Callable[[str], str]) -> str:
    return f"'{value}'" if _PLAIN.fullmatch(value) else unhex(value.encode("utf-8", "surrogatepass").hex())


def _listed(texts: Sequence[str], unhex: Callable[[str], str]) -> str:
    return ", ".join(_literal(text, unhex) for text in texts)


def _duckdb_unhex(digits: str) -> str:
    return f"decode(unhex('{digits}'))"


def _spark_unhex(digits: str) -> str:
    return f"decode(unhex('{digits}'), 'UTF-8')"


DUCKDB = Dialect(
    name="duckdb",
    string="VARCHAR",
    unhex=_duckdb_unhex,
    before_query=lambda text: f"split_part({text}, '?', 1)",
    starts=lambda text, start: f"starts_with({text}, '{start}')",
    matches=lambda text, pattern: f"regexp_matches({text}, '{pattern}')",
    common=lambda texts, among: f"list_intersect({texts}, [{_listed(among, _duckdb_unhex)}])",
    values=lambda texts: f"(SELECT unnest([{_listed(texts, _duckdb_unhex)}]) AS value)",
    first_of=lambda at, what: f"struct_extract(min(struct_pack(first := {at}, what := {what})), 'what')",
    quoted=lambda name: f'"{name}"',
    length=lambda texts: f"len({texts})",
    moment=lambda time: f"strftime({time}, '%Y-%m-%dT%H:%M:%S.%fZ')",
)
SPARK = Dialect(
    name="spark",
    string="STRING",
    unhex=_spark_unhex,
    before_query=lambda text: f"substring_index({text}, '?', 1)",
    starts=lambda text, start: f"startswith({text}, '{start}')",
    matches=lambda text, pattern: f"{text} RLIKE {_literal(pattern, _spark_unhex)}",
    common=lambda texts, among: f"array_intersect({texts}, array({_listed(among, _spark_unhex)}))",
    values=lambda texts: f"(SELECT explode(array({_listed(texts, _spark_unhex)})) AS value)",
    first_of=lambda at, what: f"min(struct({at} AS first, {what} AS what)).what",
    quoted=lambda name: f"`{name}`",
    length=lambda texts: f"size({texts})",
    moment=lambda time: (
        f"date_format(to_utc_timestamp({time}, current_timezone()), \"yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'\")"
    ),
)
DIALECTS = {dialect.name: dialect for dialect in (DUCKDB, SPARK)}
