"""From a source's bytes to entries: polite fetching, feeds, drops, dates, addresses, languages."""
