"""Tables and the named questions asked of them, a file per noun."""
