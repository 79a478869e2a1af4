;;; flycheck-auditlint.el --- Check Kubernetes audit policies as you type -*- lexical-binding: t -*-

;; Package-Requires: ((emacs "26.1") (flycheck "32"))
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Gives Flycheck a checker for audit policies and kube-apiserver manifests:
;;
;;   (load "/path/to/auditlint/integrations/emacs/flycheck-auditlint.el")
;;   (add-hook 'yaml-mode-hook #'flycheck-mode)
;;
;; Buffers of YAML without a word of auditing keep the checkers that they have.

;;; Code:

(require 'flycheck)

(defun flycheck-auditlint-p ()
  "Tell whether the buffer may hold an audit policy, or flags about auditing."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char (point-min))
      (let ((case-fold-search t))
        (re-search-forward "audit" nil t)))))

(flycheck-define-checker auditlint
  "Check audit policies and kube-apiserver manifests with auditlint."
  :command ("auditlint" "check" "--format=text" "--color=never"
            "--stdin-filename" (eval (or buffer-file-name "buffer.yaml")) "-")
  :standard-input t
  :error-patterns
  ((error line-start (file-name) ":" line ":" column ": error: " (message) line-end)
   (warning line-start (file-name) ":" line ":" column ": warning: " (message) line-end)
   (info line-start (file-name) ":" line ":" column ": " (or "info" "note") ": " (message) line-end))
  :modes (yaml-mode yaml-ts-mode)
  :predicate flycheck-auditlint-p
  :next-checkers ((warning . yaml-yamllint)))

(add-to-list 'flycheck-checkers 'auditlint)

(provide 'flycheck-auditlint)
;;; flycheck-auditlint.el ends here
