"""The starters: one module for each carrier that `auditlint init` writes for, with a `TITLE` and a `write`."""
