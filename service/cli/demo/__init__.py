"""`wirewatch demo`: a small newsroom, a webhook receiver and a mailbox around the real service."""
