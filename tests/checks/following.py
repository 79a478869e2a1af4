"""Follows the help of findings to the letter, as a reader with an editor does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from auditlint.checks.suggestions import fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.finding import Finding

_CODE = re.compile(r"`([^`]*)`")
_BY_HAND = {
    "user": "alice",
    "group": "ops",
    "name": "web",
    "namespace": "prod",
    "resource": "configmaps",
    "verb": "update",
}
"""What a reader writes who is told to list values one by one."""
_IN_A_RULE = 3
"""Steps from the root to a field of a rule."""


def followed(text: str, finding: Finding) -> str:
    """Return the text of a policy with the help of one finding done."""
    if finding.rule == "yaml-syntax":
        return _in_text(text, finding)
    if finding.document:
        return text.split("\n---", 1)[0] + "\n"
    steps = [int(step) if step.isdecimal() else step for step in finding.pointer.split("/")[1:]]
    policy = yaml.safe_load(text) or {}
    _Follower(policy, steps, finding.help).follow()
    return yaml.safe_dump(policy, sort_keys=False)


def _in_text(text: str, finding: Finding) -> str:
    """Follow advice about lines that do not parse."""
    lines = text.split("\n")
    at = finding.span.line - 1
    named = re.search(r"line (\d+)", finding.message)
    line = int(named[1]) - 1 if named and int(named[1]) <= len(lines) else at
    code = _CODE.search(finding.help)
    for beginning, change in _TO_LINES.items():
        if finding.help.startswith(beginning):
            change(lines, at if beginning in {"Put a line", "Leave"} else line, code[1] if code else finding.help)
            return "\n".join(lines)
    raise AssertionError(f"nobody can follow {finding.help!r}")


def _move(lines: list[str], line: int, help: str) -> None:
    """Begin a line in the column that is named, and those below that are in it or begin where it does."""
    column = int(re.findall(r"\d+", help)[-1])
    moved = len(lines[line]) - len(lines[line].lstrip()) - column + 1
    for number in range(line, len(lines)):
        if len(lines[number]) - len(lines[number].lstrip()) < column:
            break
        lines[number] = lines[number][moved:]


def _rewrite(lines: list[str], line: int, code: str) -> None:
    """Write code for the line behind its dash, or for the value with the same letters in it."""
    for value in re.finditer(r"([\"'])[^\"']*\1[^\s,\]}]*", lines[line]):
        if value[0].replace(value[1], "") == code[1:-1]:
            lines[line] = lines[line].replace(value[0], code)
            return
    start = re.match(r"\s*" if code.startswith("- ") else r"\s*(?:- +)?", lines[line])
    lines[line] = (start[0] if start else "") + code


def _replace(lines: list[str], line: int, pattern: str, text: str) -> None:
    lines[line] = re.sub(pattern, text, lines[line])


def _drop(lines: list[str], line: int, _: str) -> None:
    del lines[line]


_TO_LINES: dict[str, Callable[[list[str], int, str], None]] = {
    "Put a line": lambda lines, at, code: lines.insert(at, code),
    "Begin line": _move,
    "Delete line": _drop,
    "Leave": _drop,
    "Indent line": lambda lines, line, _: _replace(lines, line, "\t", "  "),
    "Close it": lambda lines, line, _: _replace(lines, line, r'("\w+)(?=[,\]])', r'\1"'),
    "Put `# ` before": lambda lines, line, code: lines.__setitem__(line, code + lines[line]),
    "Put a comma": lambda lines, line, _: _replace(lines, line, '" +"', '", "'),
    "Add the": lambda lines, line, code: _replace(lines, line, "$", code),
    "Write": _rewrite,
}
"""How advice about texts begins, and what it does to the lines, at one (from 0), with the code or the whole help."""


class _Follower:
    """One piece of advice about one place of a policy."""

    def __init__(self, policy: dict[str, Any], steps: list[str | int], help: str) -> None:
        self.policy = policy
        self.steps = steps
        self.help = help.replace("NAMESPACE:NAME", "ci:robot")
        self.codes = _CODE.findall(self.help)

    def follow(self) -> None:
        """Change the policy as the help says."""
        actions: dict[str, Callable[[], object]] = {
            "Delete the rule": self._delete_rule,
            "Delete `": lambda: self._holder(self.codes[0]).pop(self.codes[0], None),
            "Delete it": self._delete_entry,
            "Delete this entry": self._delete_of_resources,
            "Rename it to": lambda: self._set({self.codes[0].rstrip(":"): self._delete()}),
            "Put it in quotes": lambda: self._replace(["on"]),
            "List the paths": lambda: self._replace([yaml.safe_load(self.codes[0])]),
            "List the": lambda: self._replace([_BY_HAND[self.help.split()[2].removesuffix("s")]]),
            "Write some of": lambda: self._replace([_BY_HAND["verb"]]),
            "Move it to a second rule": lambda: self._beside(dict(self._rule), without=str(self.steps[2])),
            "Move it to an entry of its own": self._apart,
            "Move it to a rule of its own": lambda: self._beside({}),
            "Move `rules:`": lambda: self.policy.update(self.policy.pop("spec")),
            "Write two rules": self._split,
            "Write an entry for each group": self._for_each_group,
            "Keep the one": lambda: None,  # whoever reads this file sees the last one only
            "Write": self._write,
        }
        for beginning, action in actions.items():
            if self.help.startswith(beginning):
                action()
                self._put_above()
                return
        raise AssertionError(f"nobody can follow {self.help!r}")

    def _delete_rule(self) -> None:
        del self.policy["rules"][self._index]
        self._end_the_list()

    def _delete_entry(self) -> None:
        self._delete()
        self._end_the_list()

    def _delete_of_resources(self) -> None:
        entries = self._rule["resources"]
        del entries[int(self.steps[3])]
        assert entries, "a rule without resources matches every request"

    def _apart(self) -> None:
        self._delete()
        self._rule["resources"] += yaml.safe_load(self.codes[0])

    def _for_each_group(self) -> None:
        at = int(self.steps[3])
        self._rule["resources"][at : at + 1] = [yaml.safe_load(code.removeprefix("- ")) for code in self.codes]

    def _put_above(self) -> None:
        """Put the rule that the help wants above, or below which it wants the rule."""
        if "above this rule" in self.help or "below a rule" in self.help:
            self.policy["rules"].insert(self._index, yaml.safe_load(self.codes[-1])[0])

    @property
    def _index(self) -> int:
        return int(self.steps[1])

    @property
    def _rule(self) -> dict[str, Any]:
        rule: dict[str, Any] = self.policy["rules"][self._index]
        return rule

    def _at(self, steps: list[str | int]) -> Any:
        value: Any = self.policy
        for step in steps:
            value = value[step]
        return value

    def _delete(self) -> Any:
        value = self._at(self.steps[:-1]).pop(self.steps[-1])
        if isinstance(self.steps[-1], int) and not self._at(self.steps[:-1]):
            self._at(self.steps[:-2]).pop(self.steps[-2])
        return value

    def _replace(self, values: list[Any]) -> None:
        self._at(self.steps[:-1])[self.steps[-1] : int(self.steps[-1]) + 1] = values

    def _holder(self, field: str) -> dict[str, Any]:
        """Return the mapping that a field belongs in, the innermost around the place."""
        if len(self.steps) > _IN_A_RULE and self.steps[2] == "resources" and field in fields.FIELDS[fields.ENTRY]:
            entry = self._at(self.steps[:4])
            if isinstance(entry, dict):
                return entry
        inside = self.steps[:1] == ["rules"] and len(self.steps) > 1 and field in fields.FIELDS[fields.RULE]
        return self._rule if inside else self.policy

    def _set(self, written: dict[str, Any]) -> None:
        for field, value in written.items():
            self._holder(field)[field] = value

    def _written(self) -> dict[str, Any]:
        written: dict[str, Any] = {}
        for code in self.codes:
            value = yaml.safe_load(code)
            if isinstance(value, dict):
                written |= value
        return written

    def _write(self) -> None:
        if "instead of this rule" in self.help:
            self.policy["rules"][self._index] = yaml.safe_load(self.codes[0])[0]
            return
        first = yaml.safe_load(f"[{self.codes[0]}]" if self.codes[0].startswith('"') else self.codes[0])
        if "one level up" in self.help:
            self._delete()
            self._rule.update(self._written())
        elif "in an entry of `resources:`" in self.help:
            self._delete()
            self._rule.setdefault("resources", [{}])[0].update(yaml.safe_load(self.codes[0]))
        elif "such as `- level" in self.help or self.codes[0].startswith("- "):
            self._drop_misspelt()
            self.policy["rules"] = [*(self.policy.get("rules") or []), *yaml.safe_load(self.codes[-1])]
        elif isinstance(first, dict):
            written = self._written()
            removed = re.search(r"instead of `(\w+)`", self.help)
            if removed:
                self._rule.pop(removed[1])
            else:
                self._drop_misspelt()
            self._set(written)
        else:
            self._replace(first if isinstance(first, list) else [first])

    def _end_the_list(self) -> None:
        if "end the list of rules" in self.help:
            self.policy["rules"].append(yaml.safe_load(self.codes[-1])[0])

    def _drop_misspelt(self) -> None:
        if self.steps and isinstance(self.steps[-1], str) and self.steps[-1] not in self._known_beside():
            self._delete()

    def _known_beside(self) -> tuple[str, ...]:
        """Return the fields of the mapping that holds the place."""
        if self.steps[:1] != ["rules"] or len(self.steps) < _IN_A_RULE:
            return fields.FIELDS[fields.POLICY]
        return fields.FIELDS[fields.RULE if len(self.steps) == _IN_A_RULE else fields.ENTRY]

    def _beside(self, rule: dict[str, Any], without: str = "") -> None:
        """Put a rule with what is written in front of the one that the value is deleted from."""
        rule.pop(without, None)
        at = self._index
        self._delete()
        self.policy["rules"].insert(at, {**rule, **self._written()})

    def _split(self) -> None:
        of_urls = {k: v for k, v in self._rule.items() if k not in {"resources", "namespaces"}}
        self._rule.pop("nonResourceURLs")
        self.policy["rules"].insert(self._index, of_urls)
