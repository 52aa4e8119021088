"""digest: from many sources to one edited, themed email that its readers asked for."""

__version__ = "0.1.0"
