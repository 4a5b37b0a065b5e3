"""The stages, in the order of an article's life."""
