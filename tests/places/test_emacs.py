"""Emacs: `M-x compile` on a terminal of its own, and Flycheck; a real Emacs, and every line of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.places.conftest import ROOT
from tests.places.editors import FOUND, left_by
from tests.places.pages import blocks
from tests.places.shown import NAME, POLICY, Mark, marks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

INIT = blocks("emacs.md")["init.el"].replace("~/src/auditlint", str(ROOT))
"""What the page says to paste."""
COMPILE = f"""
(require 'compile)
(require 'json)
(defvar shown nil)
(defvar terminal nil)
(let ((buffer (compile "auditlint check --min-severity=info {NAME}")))
  (setq terminal (process-tty-name (get-buffer-process buffer)))
  (while (get-buffer-process buffer) (accept-process-output nil 0.1))
  (with-current-buffer buffer
    (compilation--ensure-parse (point-max))
    (goto-char (point-min))
    (while (not (eobp))
      (let ((message (get-text-property (point) 'compilation-message)))
        (when message
          (let ((place (compilation--message->loc message)))
            (push (list (caar (compilation--loc->file-struct place))
                        (compilation--loc->line place)
                        (compilation--loc->col place)
                        (compilation--message->type message))
                  shown))))
      (forward-line 1))
    (write-region (json-encode (list (cons 'terminal terminal)
                                     (cons 'shown (vconcat (reverse shown)))
                                     (cons 'text (buffer-string))))
                  nil "{FOUND}")))
"""
FLYCHECK = f"""
(package-initialize)
(require 'json)
(require 'yaml-mode)
{INIT}
(find-file "{NAME}")
(yaml-mode)
(goto-char (point-max))
(insert "  - level: Metadata\\n")
(defvar done nil)
(add-hook 'flycheck-after-syntax-check-hook (lambda () (setq done t)))
(flycheck-buffer)
(while (not done) (accept-process-output nil 0.1))
(write-region (json-encode (vconcat (mapcar (lambda (one) (list (flycheck-error-line one)
                                                               (flycheck-error-column one)
                                                               (symbol-name (flycheck-error-level one))
                                                               (flycheck-error-message one)))
                                            flycheck-current-errors)))
              nil "{FOUND}")
"""


def emacs(folder: Path, own_path: str, program: str, script: str) -> Any:
    """Run Emacs without a window and without anybody's configuration; return what the script leaves."""
    (folder / "script.el").write_text(script, encoding="utf-8")
    command = [program, "--batch", "--no-site-file", "--load", "script.el"]
    return left_by(command, folder, own_path, TERM="xterm-256color")


def test_compile(folder: Path, own_path: str, program: Callable[[str], str]) -> None:
    """On a terminal of Emacs the output is that of a pipe, whose lines Emacs knows without being told."""
    found = emacs(folder, own_path, program("emacs"), COMPILE)
    assert found["terminal"].startswith("/dev/")
    assert "\x1b" not in found["text"]
    kinds = {2: "error", 1: "warning", 0: "info"}
    shown = [Mark(file, line, column, kinds[kind]) for file, line, column, kind in found["shown"]]
    expected = marks(folder, own_path, "--min-severity=info")
    assert {mark.kind for mark in expected} == {"error", "warning", "info", "note"}
    assert shown == [mark._replace(kind="info" if mark.kind == "note" else mark.kind) for mark in expected]


def test_flycheck(folder: Path, own_path: str, program: Callable[[str], str]) -> None:
    """The buffer is checked as it is, not as it was saved."""
    found = emacs(folder, own_path, program("emacs"), FLYCHECK)
    (folder / NAME).write_text(f"{POLICY}  - level: Metadata\n", encoding="utf-8")
    expected = [(*mark[1:3], "info" if mark.kind == "note" else mark.kind) for mark in marks(folder, own_path)]
    assert sorted((line, column, level) for line, column, level, _ in found) == sorted(expected)
    assert max(line for line, *_ in found) == POLICY.count("\n") + 1
    assert all(message for *_, message in found)
