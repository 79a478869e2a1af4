"""The parts of auditlint.kubernetes.decode: the types and their fields, validation, and the server's words."""
