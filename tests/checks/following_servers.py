"""Follows the help of findings in manifests of kube-apiserver to the letter, as a reader with an editor does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditlint.finding import Finding

_CODE = re.compile(r"`([^`]*)`")
_FLAG = re.compile(r"--([a-z][a-z0-9-]*)(?:=([^\s,]+))?")


def followed(text: str, finding: Finding) -> str:
    """Return the text of a static Pod with the help of one finding done."""
    pod = yaml.safe_load(text)
    steps = [int(step) if step.isdecimal() else step for step in finding.pointer.split("/")[1:]]
    _Follower(pod, steps, finding.help).follow()
    return yaml.safe_dump(pod, sort_keys=False)


class _Follower:
    """One piece of advice about one place of a Pod."""

    def __init__(self, pod: dict[str, Any], steps: list[str | int], help: str) -> None:
        self.pod = pod
        self.steps = steps
        self.help, *self.block = help.split("\n")
        self.codes = _CODE.findall(self.help)

    def follow(self) -> None:
        """Change the Pod as the help says."""
        if self.block:
            self._paste()
            return
        if self.help.startswith(("Add --", "Write --")) and ", or" not in self.help and " and --" in self.help:
            for found in _FLAG.finditer(self.help):
                self._set_flag(found[1], found[2])
            return
        actions: dict[str, Callable[[], object]] = {
            "Write --": self._write_flag,
            "Add --": self._write_flag,
            "Write the path from /": self._write_flag,
            "Put the file on the host, and mount it: --": self._write_flag,
            "Write `path: ": self._set_field,
            "Write `type: ": self._set_field,
            "Add `": self._set_field,
            "Write `name: ": self._set_field,
            "Write `readOnly: true` instead": self._rename_to_field,
            "Write `": self._rename,
            "Delete `": self._delete_field,
            "Delete one of the two": self._delete_entry,
            "Delete": self._delete,
            "Keep one of them": self._keep_last,
            "Mount it, or delete it": self._delete_entry,
        }
        for beginning, action in actions.items():
            if self.help.startswith(beginning):
                action()
                return
        raise AssertionError(f"nobody can follow {self.help!r}")

    @property
    def _container(self) -> dict[str, Any]:
        container: dict[str, Any] = self.pod["spec"]["containers"][0]
        return container

    @property
    def _arguments(self) -> list[Any]:
        arguments: list[Any] = self._container.setdefault("command", [])
        return arguments

    def _at(self, steps: list[str | int]) -> Any:
        value: Any = self.pod
        for step in steps:
            value = value[step]
        return value

    def _is_argument(self) -> bool:
        return "command" in self.steps and isinstance(self.steps[-1], int)

    def _entry(self) -> list[str | int]:
        """Return the way to the mount or volume around the place."""
        last = max(index for index, step in enumerate(self.steps) if isinstance(step, int))
        return self.steps[: last + 1]

    def _set_flag(self, name: str, value: str | None, at: int | None = None) -> None:
        """Write a flag at a place among the arguments, and take out where else it is given."""
        written = f"--{name}" if value is None else f"--{name}={value}"
        kept: list[Any] = []
        for index, item in enumerate(self._arguments):
            if index == at:
                kept.append(written)
            elif not (isinstance(item, str) and item.partition("=")[0] == f"--{name}"):
                kept.append(item)
        self._container["command"] = kept if at is not None else [*kept, written]

    def _write_flag(self) -> None:
        name, value = next((found[1], found[2]) for found in _FLAG.finditer(self.help))
        index = self.steps[-1] if self._is_argument() else None
        at = index if isinstance(index, int) and not self.help.startswith("Add") else None
        written = str(self._arguments[at]) if at is not None else ""
        if at is not None and written.startswith("--") and written.partition("=")[0][2:] != name and "=" in self.help:
            follower = str(self._arguments[at + 1]) if at + 1 < len(self._arguments) else "-"
            if "=" not in written and not follower.startswith("-"):
                del self._arguments[at + 1]
        self._set_flag(name, value, at)

    def _paste(self) -> None:
        """Write what a block holds, which is one YAML text: arguments, mounts and volumes below their keys."""
        pasted = yaml.safe_load("\n".join(self.block))
        if self.help.startswith("Write 2 list items"):
            at = int(self.steps[-1])
            self._arguments[at : at + 1] = pasted
            return
        pasted = {"command": pasted} if isinstance(pasted, list) else pasted
        for item in pasted.pop("command", ()):
            found = _FLAG.fullmatch(item)
            assert found, item
            self._set_flag(found[1], found[2])
        for key, entries in pasted.items():
            holder = {"volumeMounts": self._container, "volumes": self.pod["spec"]}[key].setdefault(key, [])
            names = {entry["name"] for entry in entries}
            holder[:] = [*(one for one in holder if one["name"] not in names), *entries]

    def _set_field(self) -> None:
        written = yaml.safe_load(self.codes[0])
        entry = self._at(self._entry())
        (key, value), *_ = written.items()
        holder = entry["hostPath"] if key in {"type", "path"} else entry
        holder[key] = value

    def _rename_to_field(self) -> None:
        self._delete()
        self._set_field()

    def _rename(self) -> None:
        self._at(self.steps[:-1])[self.codes[0]] = self._delete()

    def _delete(self) -> Any:
        return self._at(self.steps[:-1]).pop(self.steps[-1])

    def _delete_field(self) -> None:
        self._at(self._entry()).pop(self.codes[0].partition(":")[0])

    def _delete_entry(self) -> None:
        *way, index = self._entry()
        del self._at(way)[index]

    def _keep_last(self) -> None:
        name = str(self._at(self.steps)).partition("=")[0].removeprefix("--")
        at = int(self.steps[-1])
        self._set_flag(name, str(self._at(self.steps)).partition("=")[2], at)
