"""Wirewatch: from a feed to an alert. This is the map of the house.

    feed due ──poll──▶ new articles ──match──▶ matches ──alert──▶ alerts + deliveries ──deliver──▶ somebody knows

    config      Settings: the only reader of the environment
    domain      values and decisions, pure: identity, polling, alerting, timing
    matching    from words to matches with evidence, pure
    outbound    the only HTTP client, with the address guard
    feeds       fetch a feed, parse it in a sandboxed child
    delivery    one file per kind of channel
    storage     tables, migrations, one file per noun
    edges       the one composition root
    pipeline    the stages, in the order of an article's life
    api         the HTTP interface
    cli         the `wirewatch` command

Imports run downwards only (see the contracts in pyproject.toml). The Celery workers live beside this package, in `workers`.
"""
