"""What `auditlint check` does, from the words of its line to the exit code: without click, which starts slowly."""
