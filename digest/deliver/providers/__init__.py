"""One provider, one file; all pass tests/contracts/test_providers.py."""
