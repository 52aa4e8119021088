"""From stories to a draft issue, and from an issue to responsive email."""
