"""Text as kube-apiserver reads it: JSON where it looks like JSON, YAML otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditlint.text.yaml_reader import read_yaml

if TYPE_CHECKING:
    from auditlint.text.nodes import Stream


def read(data: bytes) -> Stream:
    return read_yaml(data)
