"""Parameter types that several commands take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditlint.errors import ConfigError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from auditlint.cli.checking.options import Output


debug = click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback where auditlint itself fails.")
"""The option that every command has; who runs the commands looks for it."""


if TYPE_CHECKING:
    _Choice = click.Choice[str]
    _OutputType = click.ParamType["Output"]
    _NamesType = click.ParamType[tuple[str, ...]]
else:  # until click 8.3 these classes take no parameters
    _Choice, _OutputType, _NamesType = click.Choice, click.ParamType, click.ParamType


class Choice(_Choice):
    """One of a few words; a wrong one is answered with the nearest right one."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word, or fail with a suggestion."""
        from auditlint.spelling import suggestion

        if value in self.choices:
            return str(value)
        known = ", ".join(self.choices)
        self.fail(f'"{value}" is not one of {known}{suggestion(str(value), list(self.choices))}', param, ctx)


class Choices(_NamesType):
    """Some of a few words, separated by commas."""

    name = "words"

    def __init__(self, words: tuple[str, ...]) -> None:
        self._word = Choice(words)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:  # noqa: ARG002
        """Return the words for the help."""
        return f"[{'|'.join(self._word.choices)}]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the words, or fail with a suggestion."""
        if isinstance(value, tuple):
            return value
        return tuple(self._word.convert(word.strip(), param, ctx) for word in str(value).split(","))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the last word."""
        from click.shell_completion import CompletionItem

        before, comma, last = incomplete.rpartition(",")
        return [CompletionItem(before + comma + found.value) for found in self._word.shell_complete(ctx, param, last)]


class Outputs(_OutputType):
    """A format, or FORMAT=FILE."""

    name = "format"

    def __init__(self, formats: tuple[str, ...]) -> None:
        self._formats = Choice(formats)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:  # noqa: ARG002
        """Return the formats for the help."""
        return f"[{'|'.join(self._formats.choices)}][=FILE]"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """Return format and file, or fail with a suggestion."""
        from auditlint.cli.checking.options import Output

        if isinstance(value, Output):
            return value
        word, equals, path = str(value).partition("=")
        if equals and not path:
            self.fail(f'"{value}" names no file: write {word}=FILE', param, ctx)
        return Output(self._formats.convert(word, param, ctx), path or None)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Complete the format."""
        return self._formats.shell_complete(ctx, param, incomplete)


class RuleNames(_NamesType):
    """Names of rules or categories, separated by commas."""

    name = "rules"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names; fail with a suggestion where one is unknown."""
        from auditlint.cli.checking.options import rule_names

        if isinstance(value, tuple):
            return value
        try:
            return rule_names(str(value), self._option(param))
        except ConfigError as error:
            raise click.UsageError(str(error), ctx) from None

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Complete the last name."""
        from click.shell_completion import CompletionItem

        from auditlint import registry
        from auditlint.rule import REGISTRY

        registry.load()
        before, comma, last = incomplete.rpartition(",")
        known = sorted(set(REGISTRY) | {rule.category for rule in REGISTRY.values()})
        return [CompletionItem(before + comma + name) for name in known if name.startswith(last)]

    @staticmethod
    def _option(param: click.Parameter | None) -> str:
        return param.opts[0] if param is not None else "rules"
