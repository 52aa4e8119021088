"""From articles to themes, stories and their order. Pure functions over values."""
