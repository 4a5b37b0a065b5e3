"""Getting a feed and reading it."""
