"""The selectors in a list request's query, as far as the server's request resolver reads them.

Source: k8s.io/apimachinery, pkg/fields/selector.go, pkg/labels/selector.go and pkg/api/validate/content.
"""

from __future__ import annotations

import re

from auditlint.kubernetes.go import is_int64

_ESCAPED = re.compile(r"(?:[^\\,=]|\\[\\,=])*", re.DOTALL)
_TERMS = re.compile(r"(?:^|,)((?:[^\\,]|\\.)*\\?)", re.DOTALL)
_OPERATOR = re.compile(r"!=|==?")
_TOKEN = re.compile(r"[ \t\r\n]*(?:(==|!=|[=!(),<>])|([^\0=!(),<> \t\r\n]+))\0?")
_LABEL = re.compile(r"(?:[A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST_SUBDOMAIN = 253


def required_name(selector: str) -> str | None:
    """Return the object name that a field selector fixes, "" if it fixes none, None if it does not parse."""
    name: str | None = None
    for term in sorted(filter(None, _TERMS.findall(selector))):
        operator = _OPERATOR.search(term)
        if not operator or not _ESCAPED.fullmatch(value := term[operator.end() :]):
            return None
        if term[: operator.start()] == "metadata.name" and operator[0] != "!=" and name is None:
            name = re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
    if name is None or name in {".", ".."} or "/" in name or "%" in name:
        return ""
    return name


def label_selector_is_valid(selector: str) -> bool:
    """Return whether the server can parse a label selector."""
    tokens = _tokens(selector)
    position = 0
    while tokens[position]:
        end = _requirement(tokens, position)
        if end is None or tokens[end] not in {"", ","}:
            return False
        position = end + 1 if tokens[end] else end
        if tokens[end] and not (tokens[position] == "!" or _is_word(tokens[position])):
            return False
    return True


def _tokens(selector: str) -> list[str]:
    """Return operators and words, ended by two empty tokens; a NUL where a token should start is an end too."""
    tokens, position = [], 0
    while match := _TOKEN.match(selector, position):
        tokens.append(match[1] or match[2])
        position = match.end()
    return [*tokens, "", ""]


def _is_word(token: str) -> bool:
    return bool(token) and token[0] not in "=!(),<>"


def _requirement(tokens: list[str], position: int) -> int | None:
    """Return the position after the requirement that starts here, None where there is none."""
    absent = tokens[position] == "!"
    position += absent
    key, operator = tokens[position], tokens[position + 1]
    if not _is_word(key) or not _is_label_key(key):
        return None
    if absent or operator in {"", ","}:
        return position + 1
    if operator in {"in", "notin"}:
        return _value_list(tokens, position + 2)
    value = tokens[position + 2]
    if operator in {"=", "==", "!="} and value in {"", ","}:
        return position + 2
    if operator not in {"=", "==", "!=", "<", ">"} or not _is_word(value) or not _LABEL.fullmatch(value):
        return None
    if operator in "<>" and not is_int64(value):
        return None
    return position + 3


def _value_list(tokens: list[str], position: int) -> int | None:
    """Return the position after `(a,b,...)`, where values may be empty, None where there is no such list."""
    if tokens[position] != "(":
        return None
    position += 1
    word_allowed = True
    while tokens[position] != ")":
        comma = tokens[position] == ","
        if not comma and not (word_allowed and _LABEL.fullmatch(tokens[position])):
            return None
        word_allowed = comma
        position += 1
    return position + 1


def _is_label_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if slash and not (len(prefix) <= _LONGEST_SUBDOMAIN and _SUBDOMAIN.fullmatch(prefix)):
        return False
    return bool(_LABEL.fullmatch(name))
