"""Is a template that an editor wrote fit for use? One file a kind of fault; nothing is rendered."""
