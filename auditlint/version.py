"""The version of auditlint, for what stands below the names that programs import."""

__version__ = "0.1.0"
