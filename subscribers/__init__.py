"""Readers, lists, subscriptions, consent and suppressions. Sends no mail and has no web."""
