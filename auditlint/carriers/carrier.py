"""What a carrier declares: one file format, in one module, under the name `CARRIER`.

The module's name, with dashes, is the word for `--as`. The first look at a file, the files that a search of folders
looks at and `docs/carriers.md` are made from what it declares.
"""

from __future__ import annotations

from auditlint.records import NamedTuple
from auditlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from auditlint.carriers.candidate import Candidate, PlainText, ReadText
    from auditlint.finding import Notice
    from auditlint.subjects.model import Holder, Subject
    from auditlint.text.piece import Text

YAML_AND_JSON = (".yaml", ".yml", ".json")
OTHER_NAMES_OF_YAML = (".bu", ".fcc", ".ign")
"""What Butane and Ignition call their files, which are YAML and JSON too."""
TEMPLATES = (".erb", ".gotmpl", ".j2", ".jinja", ".jinja2", ".template", ".tftpl", ".tmpl", ".tpl")
"""What the name of a template ends with, behind that of the file that it is rendered to."""


def rendered(name: str) -> str:
    """Return the name, in small letters, of the file that a template is rendered to; of other files their own."""
    name = name.lower()
    return name[: name.rindex(".")] if name.endswith(TEMPLATES) else name


LANGUAGES = (".sh", ".bash", ".md", ".markdown", ".service", ".conf", ".env")
"""How the names of files end in which command lines stand."""


class Inner(NamedTuple):
    """A text inside a file, to be read as a file of its own."""

    text: Text
    name: str = ""
    """What the file would be called: the key of a ConfigMap, the path on a node; its ending tells the language."""
    notice: str = ""
    """What to tell the user if something is found in it, such as that it never ends."""
    holder: Holder | None = None
    """The object that it is a value of."""


if TYPE_CHECKING:
    Part: TypeAlias = Subject | Inner | ReadText | Notice
    """What a carrier finds; a notice, behind the first subject, says what of them is not judged."""


class Carrier(NamedTuple):
    """One file format that brings a policy or settings of kube-apiserver, or a text that does."""

    title: str
    """What such files are, in the plural, as a heading has it."""
    checked: str
    """What of them is checked: one or more sentences of Markdown."""
    words: tuple[bytes, ...] = ()
    """A file without any of these words is not for it; a file without the words of all carriers is not read at all."""
    signs: tuple[bytes, ...] = ()
    """What every text of its language has, though most that have it hold nothing: no reason to read a file."""
    look: Callable[[bytes], bool] | None = None
    """A second look at a file that has none of the words, for those whose words have many spellings."""
    suffixes: tuple[str, ...] = YAML_AND_JSON
    """How the names of such files end; other files must be named on the command line."""
    in_document: Callable[[Candidate], Iterable[Part]] | None = None
    """What it finds in one document of YAML or JSON: subjects, of which the first carrier's count, or texts."""
    whole: bool = False
    """A document with such a subject holds nothing else: the carriers behind are not asked."""
    beside: bool = False
    """What it finds in a text counts beside what the others find there, of whom only the one counts that finds most."""
    in_text: Callable[[PlainText], Iterable[Part]] | None = None
    """What it finds in a text that is another language by its name, or neither YAML nor JSON."""

    def may_hold(self, data: bytes) -> bool:
        """Tell at reading speed whether a file may be for it."""
        return any(word in data for word in (*self.words, *self.signs)) or (self.look is not None and self.look(data))
