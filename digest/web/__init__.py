"""What readers and monitors reach over HTTP."""
