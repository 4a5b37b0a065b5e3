"""The `wirewatch` command: one machine under one supervisor, the demo, and the keys to the house."""
