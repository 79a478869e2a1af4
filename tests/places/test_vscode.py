"""VS Code: the matcher of its tasks, as a JavaScript engine reads it, and the language server for YAML."""

from __future__ import annotations

import json
import os
import subprocess
from typing import IO, TYPE_CHECKING, Any, cast

import pytest

from tests.places.conftest import ROOT
from tests.places.javascript import groups
from tests.places.pages import blocks
from tests.places.shown import NAME, POLICY, Mark, marks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

TASKS = ROOT / "integrations/vscode/tasks.json"
SCHEMA = "audit-policy.schema.json"


def test_the_page_shows_the_file() -> None:
    assert blocks("vscode.md")[".vscode/tasks.json"] == TASKS.read_text(encoding="utf-8")


def test_the_matcher(tmp_path: Path, own_path: str, program: Callable[[str], str]) -> None:
    """The task is run as it is written; every line of its output but the closing one is a problem."""
    (tmp_path / NAME).write_text(POLICY, encoding="utf-8")
    (task,) = json.loads(TASKS.read_text(encoding="utf-8"))["tasks"]
    run = subprocess.run(
        [task["command"], *task["args"]],
        cwd=tmp_path,
        env={**os.environ, "PATH": own_path},
        capture_output=True,
        text=True,
        check=False,
    )
    pattern = task["problemMatcher"]["pattern"]
    found = groups(program("node"), pattern.pop("regexp"), [*run.stdout.splitlines(), *run.stderr.splitlines()])
    assert pattern == {"file": 1, "line": 2, "column": 3, "severity": 4, "message": 5, "code": 6}
    assert found.pop() is None
    shown = [Mark(file.removeprefix("./"), int(line), int(column), kind) for file, line, column, kind, *_ in found]
    assert shown == marks(tmp_path, own_path)
    assert {(kind, code) for *_, kind, _, code in found} >= {("error", "unknown-verb"), ("note", None)}


class Server:
    """The real server, and its protocol: messages of JSON behind a header."""

    def __init__(self, program: str, folder: Path) -> None:
        self._process = subprocess.Popen(
            [program, "--stdio"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._number = 0

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def tell(self, method: str, **parameters: object) -> None:
        """Send a message that nobody answers."""
        self._send({"method": method, "params": parameters})

    def ask(self, method: str, **parameters: object) -> Any:
        """Send a question and wait for the answer."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": parameters})
        return self.wait(lambda said: said.get("id") == self._number and "method" not in said)["result"]

    def wait(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the next message that is wanted; what the server asks meanwhile gets the settings of nobody."""
        while True:
            said = self._receive()
            if wanted(said):
                return said
            if "id" in said and "method" in said:
                items = said.get("params", {}).get("items", ())
                self._send({"id": said["id"], "result": [None for _ in items] or None})

    def _send(self, message: Mapping[str, object]) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        pipe = cast("IO[bytes]", self._process.stdin)
        pipe.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        pipe.flush()

    def _receive(self) -> dict[str, Any]:
        pipe = cast("IO[bytes]", self._process.stdout)
        length = 0
        while line := pipe.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name == b"Content-Length" else length
        assert length, "the server has ended"
        found: dict[str, Any] = json.loads(pipe.read(length))
        return found


POLICY_WITH_SLIPS = f"""\
# yaml-language-server: $schema={SCHEMA}
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: metadata
  - level: Metadata
    verb: ["get"]
"""


@pytest.fixture
def server(tmp_path: Path, own_path: str, program: Callable[[str], str]) -> Any:
    environment = {**os.environ, "PATH": own_path}
    made = subprocess.run(["auditlint", "schema", "policy"], env=environment, capture_output=True, check=True)
    (tmp_path / SCHEMA).write_bytes(made.stdout)
    (tmp_path / NAME).write_text(POLICY_WITH_SLIPS, encoding="utf-8")
    running = Server(program("yaml-language-server"), tmp_path)
    running.ask("initialize", processId=None, rootUri=tmp_path.as_uri(), capabilities={}, workspaceFolders=None)
    running.tell("initialized")
    settings = {"yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}}}
    running.tell("workspace/didChangeConfiguration", settings=settings)
    uri = (tmp_path / NAME).as_uri()
    document = {"uri": uri, "languageId": "yaml", "version": 1, "text": POLICY_WITH_SLIPS}
    running.tell("textDocument/didOpen", textDocument=document)
    yield running, uri
    running.close()


def test_the_language_server_for_yaml(server: tuple[Server, str]) -> None:
    """With the schema of a policy it shows slips where they are written, and offers the levels."""
    running, uri = server
    said = running.wait(
        lambda one: one.get("method") == "textDocument/publishDiagnostics" and bool(one["params"]["diagnostics"])
    )
    found = {
        (one["range"]["start"]["line"] + 1, one["range"]["start"]["character"] + 1)
        for one in said["params"]["diagnostics"]
    }
    assert found == {(5, 12), (7, 5)}
    place = {"line": 4, "character": 11}
    offered = running.ask("textDocument/completion", textDocument={"uri": uri}, position=place)
    items = offered["items"] if isinstance(offered, dict) else offered
    assert {"None", "Metadata", "Request", "RequestResponse"} <= {one["label"].strip('"') for one in items}
    hovered = running.ask("textDocument/hover", textDocument={"uri": uri}, position={"line": 4, "character": 6})
    assert "How much is logged" in hovered["contents"]["value"]
