"""Preflight, a file for each kind of check: pure functions from values to findings."""
