"""libyaml's parser without the rest of PyYAML: whoever uses PyYAML behind it finds all as ever."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

ALONE = """
import sys
from auditlint.text import libyaml

libyaml.own_process()
parser = libyaml.parser()
assert sorted(name for name in sys.modules if name.startswith("yaml")) == [
    *("yaml", "yaml._yaml", "yaml.error", "yaml.events", "yaml.nodes", "yaml.tokens")
], sorted(sys.modules)
"""
USES = {
    "everything by its name": "import yaml; print(sorted(vars(yaml)), yaml.__version__, yaml.__with_libyaml__)",
    "loading": "import yaml; print(yaml.load('a: [1, 2.5, 2001-01-01, !!set {x}]', Loader=yaml.CSafeLoader))",
    "loading without libyaml": "import yaml; print(yaml.safe_load('a: &b [1, yes]'), yaml.full_load('- ~'))",
    "writing": "import yaml; print(yaml.safe_dump({'a': [1, None]}), yaml.dump([1], Dumper=yaml.CSafeDumper))",
    "all of it": "from yaml import *; print(load('[1]', Loader=CSafeLoader), dump('x'), MappingNode, ScalarToken)",
    "what it holds": "import yaml; print(dir(yaml)); print(yaml.__doc__, yaml.__name__, yaml)",
    "a module of it": "import yaml.constructor; print(yaml.constructor.SafeConstructor, yaml.SafeLoader.__mro__)",
    "the parser first": "from yaml._yaml import CParser; import yaml; print(CParser in yaml.CLoader.__mro__)",
    "its errors": """
import yaml
for text in ("a: {", "a: 'b", "a: \\x01", "*a"):
    try:
        yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.scanner.ScannerError, yaml.parser.ParserError, yaml.reader.ReaderError) as error:
        print(type(error), error)
    except yaml.composer.ComposerError as error:
        print("composer", error)
try:
    yaml.dump(object, Dumper=yaml.CSafeDumper)
except yaml.representer.RepresenterError as error:
    print(type(error))
print(yaml._yaml.ScannerError, yaml._yaml.ReaderError, yaml._yaml.RepresenterError)
""",
    "its errors by their modules": """
from yaml._yaml import CParser
from yaml.parser import ParserError
from yaml.error import YAMLError
try:
    CParser("a: {").raw_parse()
except ParserError as error:
    print(isinstance(error, YAMLError), error)
""",
    "the name that it had": """
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import _yaml
print(_yaml.CParser, _yaml.__name__)
""",
}


def said(program: str) -> str:
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_who_uses_it_behind_finds_all_as_ever(use: str) -> None:
    assert said(ALONE + use) == said(use) != ""


def test_a_library_leaves_it_as_it_is() -> None:
    program = (
        "import sys; from auditlint.text import libyaml; libyaml.parser(); print('yaml.constructor' in sys.modules)"
    )
    assert said(program) == "True\n"


def test_who_has_it_already_keeps_it() -> None:
    program = (
        "import yaml; from auditlint.text import libyaml; before = dict(vars(yaml))\n"
        "libyaml.own_process(); print(libyaml.parser() is yaml.CLoader.__mro__[1], vars(yaml) == before)"
    )
    assert said(program) == "True True\n"


OTHER = {
    "error": "class YAMLError(Exception): pass",
    "tokens": "",
    "events": "",
    "nodes": "",
    "__init__": "from yaml.error import YAMLError\nwhat = 'more'\nfrom yaml._yaml import CParser",
}


@pytest.mark.parametrize(
    ("module", "end"),
    [("import yaml\nclass CParser:\n    needs = yaml.what\n", "more\n"), ("import nothing_like_it\n", "no libyaml\n")],
)
def test_another_one_is_loaded_whole(tmp_path: Path, module: str, end: str) -> None:
    (tmp_path / "yaml").mkdir()
    for name, text in {**OTHER, "_yaml": module}.items():
        (tmp_path / "yaml" / f"{name}.py").write_text(text)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from auditlint.text import libyaml; libyaml.own_process()\n"
        "try:\n    print(libyaml.parser().needs)\n"
        "except ImportError:\n    print('no libyaml', file=sys.stdout)\n"
    )
    assert said(program) == end
