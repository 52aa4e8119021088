"""The nouns of the product: frozen values that every layer shares."""
