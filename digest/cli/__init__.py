"""The digest command: a file per group of commands."""
