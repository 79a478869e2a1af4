"""The shape of a test file: which keys it may have, together with which others; errors with file and line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditlint.english import listing
from auditlint.errors import CaseFileError
from auditlint.kubernetes import data
from auditlint.spelling import suggestion
from auditlint.testing.expected import MUST_HOLD
from auditlint.text.nodes import Mapping, Sequence, content
from auditlint.text.places import NodePlaces

if TYPE_CHECKING:
    from collections.abc import Collection

    from jsonschema import ValidationError

    from auditlint.path import Path
    from auditlint.text.nodes import Document, Node

WAYS = {
    "resource": ("verb", "api-group", "namespace", "object"),
    "path": ("verb",),
    "url": ("method",),
    "kubectl": (),
    "event": (),
    "every": (),
}
"""The ways to ask, each with the keys that go with it."""
SENDERS = ("user", "anonymous", "no-user")
WHO = (*SENDERS, "groups")
_WITHOUT_SENDER = ("event", "every")


class Shape:
    """Checks one document and says where something is wrong with it."""

    def __init__(self, path: str, document: Document) -> None:
        self._path = path
        self.places = NodePlaces(document.root, document.first)

    def error(self, place: Path, message: str) -> CaseFileError:
        """Return an error about what stands at a place of the document."""
        return CaseFileError(f"{self._path}:{self.line(place)}: {message}")

    def line(self, place: Path) -> int:
        """Return the line of a key, or of the first key of an item."""
        return self.places.key(place).line

    def values(self, node: Node, place: Path = ()) -> Any:
        """Return the document as dictionaries and lists; raises CaseFileError where a key is set twice."""
        node = content(node)
        if isinstance(node, Sequence):
            return [self.values(item, (*place, at)) for at, item in enumerate(node.items)]
        if not isinstance(node, Mapping):
            return node.value
        found: dict[str, Any] = {}
        own = set[str]()
        for entry in node.entries:
            if entry.name in own and not entry.merged:
                raise self.error((*place, entry.name), f'"{entry.name}" is set twice')
            own.update(() if entry.merged else (entry.name,))
            found[entry.name] = self.values(entry.value, (*place, entry.name))
        return found

    def check(self, document: Any) -> None:
        """Raise CaseFileError for the first thing that is wrong."""
        if not isinstance(document, dict):
            raise self.error((), "a test file is a mapping with `policy` and `cases`")
        if document.get("kind") == "Policy":
            raise self.error((), "this is a policy: a test file names it under `policy`, with `cases` that must hold")
        properties = data.table("test.schema")["properties"]
        self._check_keys(document, properties, (), "a key of a test file")
        for key in ("policy", "cases"):
            if key not in document:
                raise self.error((), f"`{key}` is missing")
        for number, case in enumerate(document["cases"] if isinstance(document["cases"], list) else ()):
            if isinstance(case, dict):
                self._check_case(case, ("cases", number))
        self._check_types(document)

    def _check_keys(self, found: Collection[str], known: Collection[str], place: Path, what: str) -> None:
        for key in found:
            if key not in known:
                hint = suggestion(key, known) or f", which are {listing([f'`{name}`' for name in known])}"
                raise self.error((*place, key), f'"{key}" is not {what}{hint}')

    def _check_case(self, case: dict[str, Any], place: Path) -> None:
        schemas = data.table("test.schema")["$defs"]
        self._check_keys(case, schemas["case"]["properties"], place, "a key of a case")
        if isinstance(case.get("every"), dict):
            self._check_keys(case["every"], schemas["every"]["properties"], (*place, "every"), "a key of `every`")
        ways = [way for way in WAYS if way in case]
        if len(ways) != 1:
            asked = f"{listing([f'`{way}`' for way in ways])} exclude each other: " if ways else ""
            raise self.error(place, f"{asked}a case asks with one of {listing(list(WAYS), 'or')}")
        self._check_companions(case, ways[0], place)
        if not any(key in case for key in MUST_HOLD):
            raise self.error(place, f"nothing must hold: write one of {listing(MUST_HOLD, 'or')}")

    def _check_companions(self, case: dict[str, Any], way: str, place: Path) -> None:
        """Raise CaseFileError where keys do not go together."""
        who = () if way in _WITHOUT_SENDER else WHO
        for key in case:
            if key not in {"name", way, *WAYS[way], *who, *MUST_HOLD}:
                raise self.error((*place, key), f"`{key}` does not go with `{way}`")
        if way == "resource" and "verb" not in case:
            raise self.error(place, "`resource` needs `verb`: get, list, watch, create, update, patch, delete ...")
        senders = [key for key in SENDERS if key in case]
        if len(senders) > 1:
            said = listing([f"`{key}`" for key in senders])
            raise self.error((*place, senders[1]), f"{said} exclude each other: a request has one sender")
        if "groups" in case and "user" not in case:
            raise self.error((*place, "groups"), "`groups` needs `user`: only who is logged in is in groups")
        if way == "kubectl" and not senders:
            raise self.error(
                (*place, "kubectl"),
                "the line does not tell who is logged in, and the policy sees nothing else:"
                " write `user`, `anonymous: true` or `no-user: true`",
            )

    def _check_types(self, document: Any) -> None:
        """Raise CaseFileError for the first value, from the top of the file, that the schema does not allow."""
        import jsonschema

        found = jsonschema.Draft202012Validator(data.table("test.schema")).iter_errors(document)
        errors = [(self.line(tuple(error.absolute_path)), error) for error in found]
        if errors:
            _, error = min(errors, key=lambda found: found[0])
            raise self.error(tuple(error.absolute_path), _complaint(error))


def _complaint(error: ValidationError) -> str:
    """Return what is wrong with a value, and what to write."""
    name = f"`{next((step for step in reversed(error.absolute_path) if isinstance(step, str)), '')}`"
    value: Any = error.instance
    said: Any = error.validator_value
    if error.validator == "enum":
        known = [str(word) for word in said]
        return f'{name}: "{value}" is none of {", ".join(known)}{suggestion(str(value), known)}'
    if error.validator == "type":
        return f"{name}: {_kind(value)}, where {_KINDS.get(str(said), str(said))} is needed"
    if error.validator == "const":
        return f"{name}: only `{str(said).lower()}` can be written here; leave the key out otherwise"
    if error.validator == "pattern":
        return f'{name}: "{value}" does not begin as it must'
    return f"{name}: {error.message}"


_KINDS = {"string": "a string", "array": "a list", "object": "a mapping", "integer": "a number"}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}` is true or false, which quotes make a string"
    if isinstance(value, (int, float)):
        return f"{value} is a number, which quotes make a string"
    if isinstance(value, str):
        return f'"{value}" is a string'
    return (
        "there is no value" if value is None else f"this is {_KINDS['array' if isinstance(value, list) else 'object']}"
    )
