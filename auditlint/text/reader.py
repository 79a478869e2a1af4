"""Text as kube-apiserver reads it: JSON where it looks like JSON, YAML otherwise."""

from __future__ import annotations

import re

from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from auditlint.text.nodes import Stream

_JSON_START = rb"(?:[\t-\r ]|\xc2[\x85\xa0]|\xe1\x9a\x80|\xe2\x80[\x80-\x8a\xa8\xa9\xaf]|\xe2\x81\x9f|\xe3\x80\x80)*\{"
"""A brace after nothing but what Go's unicode.IsSpace takes for space."""


def read(data: bytes) -> Stream:
    """Return the documents of a text, read as the server's universal decoder chooses.

    Source: `recognizer.go` and `json.go` of k8s.io/apimachinery/pkg/runtime/serializer.
    """
    if looks_like_json(data):
        from auditlint.text.json_reader import read_json

        return read_json(data)
    from auditlint.text.yaml_reader import read_yaml

    return read_yaml(data)


def looks_like_json(data: bytes) -> bool:
    """Tell whether the first character that is no space is a brace (`IsJSONBuffer` of apimachinery)."""
    return b"{" in data and re.match(_JSON_START, data) is not None


def parses(data: bytes) -> bool:
    """Tell at reading speed whether libyaml takes a text; False also where that is not known."""
    from auditlint.text import libyaml

    try:
        parser = libyaml.parser()
    except ImportError:
        return False
    from yaml.error import YAMLError

    try:
        parser(data).raw_parse()
    except (YAMLError, ValueError):
        return False
    return True
