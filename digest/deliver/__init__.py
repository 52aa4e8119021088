"""From an approved issue to receipts: no one lost, no one twice."""
