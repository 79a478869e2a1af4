"""What `--fix` makes of texts that stand encoded in a file: they are written anew, as they were."""

from __future__ import annotations

import base64
import gzip
import json
import textwrap
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest

from tests.fixing.mending import mended

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: metadata # \u00e9\U0001f600 ~+/
  verb: ["get"]
- level: request
"""
AFTER = POLICY.replace("metadata", "Metadata").replace("verb:", "verbs:").replace("request", "Request")
SELECTED = ("invalid-level", "widened-rule")


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def wrapped(text: str) -> str:
    return "".join(f"    {line}\n" for line in textwrap.wrap(b64(text), 40))


def url(source: str) -> str:
    return json.dumps({"storage": {"files": [{"path": "/etc/p.yaml", "contents": {"source": source}}]}})


FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda text: f"kind: Secret\ndata:\n  p.yaml: {b64(text)} # it\n  q: eA==\n",
    "quotes": lambda text: f"kind: Secret\ndata: {{p.yaml: '{b64(text)}', q: eA==}}\n",
    "json": lambda text: json.dumps({"kind": "ConfigMap", "binaryData": {"p.yaml": b64(text)}}),
    "lines": lambda text: (
        f"write_files:\n- path: /etc/p.yaml\n  encoding: b64\n  content: |\n{wrapped(text)}  owner: root\n"
    ),
    "in a fence": lambda text: f"1. so\n\n   ```yaml\n   kind: Secret\n   data:\n     p.yaml: {b64(text)}\n   ```\n",
    "around another": lambda text: "kind: Secret\ndata: {{m.yaml: {}}}\n".format(
        b64(f"kind: ConfigMap\ndata: {{p.yaml: {json.dumps(text, ensure_ascii=False)}}}\n")
    ),
    "url in base64": lambda text: url(f"data:;base64,{b64(text)}"),
}


@pytest.mark.parametrize("name", FORMS)
def test_what_is_in_base64(name: str) -> None:
    form = FORMS[name]
    path = "R.md" if "fence" in name else "x.yaml"
    assert mended(form(POLICY), unsafe=True, select=SELECTED, name=path) == form(AFTER)


def test_what_stands_in_percents() -> None:
    after = mended(url("data:," + quote(POLICY)), unsafe=True, select=SELECTED, name="x.ign")
    source = json.loads(after)["storage"]["files"][0]["contents"]["source"]
    assert unquote(source.removeprefix("data:,")) == AFTER


def test_what_is_packed() -> None:
    file = {"path": "/etc/p.yaml", "encoding": "gz+b64", "content": "", "owner": "root"}
    packed = base64.b64encode(gzip.compress(POLICY.encode())).decode()
    after = json.loads(mended(json.dumps({"write_files": [file | {"content": packed}]}), unsafe=True, select=SELECTED))
    (written,) = after["write_files"]
    assert gzip.decompress(base64.b64decode(written.pop("content"))).decode() == AFTER
    assert written == {key: value for key, value in file.items() if key != "content"}


def test_what_is_no_text_stays() -> None:
    content = base64.b64encode(POLICY.encode().replace(b"~", b"\xff")).decode()
    text = f"kind: Secret\ndata:\n  p.yaml: {content}\n"
    assert mended(text, unsafe=True, name="x.yaml") == text
