"""What goes wrong with a policy and with what it is asked: an answer in one line, never a traceback."""

from __future__ import annotations


class AuditlintError(Exception):
    """Any of these: what cannot be done, and why."""


class UsageError(AuditlintError):
    """What a command line asks for cannot be: options exclude each other, or a file is in the way."""


class PolicyError(AuditlintError):
    """There is no policy to ask: its file cannot be read, holds none or several, or says what is not known."""


class RefusedError(PolicyError):
    """The server of the target version refuses the policy; `loaded_by`: the newest release that loads it, if any."""

    def __init__(self, message: str, loaded_by: str | None = None) -> None:
        super().__init__(message)
        self.loaded_by = loaded_by


class CaseFileError(AuditlintError):
    """A file of test cases that cannot be run; the message begins with file and line."""


class DetectionsError(AuditlintError):
    """There are no detection rules where they are looked for."""


class QuestionError(AuditlintError):
    """What is asked is not clear or cannot be; the message begins with the name of the parameter, where it is one's."""


class ConfigError(AuditlintError):
    """The configuration or an option cannot be used; the message is one line for the user."""
