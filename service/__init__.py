"""Wirewatch: from a feed to an alert. This is the map of the house.

    feed due ──poll──▶ new articles ──match──▶ matches ──alert──▶ alerts + deliveries ──deliver──▶ somebody knows

    config      Settings: the only reader of the environment
    domain      values and decisions, pure:
        identity                                    is this entry an article we know?
        listing                                     which items of a document were read at the last poll
        polling, pacing, rhythm, schedule           what a poll makes of a feed, and when it is polled again
        health, outage, sentences                   how a feed is, and whether a failure is our own; a reason as a sentence
        alerting, developments, coverage, headlines matches -> alerts, and what is new in a story that was told
        written_times                               times, days and durations as users write them
        policies, telling, tallies, silences        when there is something to tell: at once, later, or not
        spikes, spike_times, spike_words, sightings  when a volume stands out from what is usual at this time of the week
        digests, digest_times, quiet_hours          what is told together, and when; local_time: by people's own clocks
        pages, robots                               which articles' pages are read, when, and what their sites allow
        timing                                      when a delivery is tried again
        routes, mutes                               which of a rule's channels a message goes to, and what their readers muted
        feedback                                    what was said of alerts, and how precise a rule is by that
    matching    from words to matches with evidence, pure:
        text, han, tokens, sentences, datelines,
        fields, attached, particles,
        compounds, inner_words, reading             an article, read once
        actor_*, names, full_names, strikes,
        titled, typed, typed_names, expansion,
        regions, towns, name_shadows, short_names   an actor -> the forms it goes by; data/actors is the pack
        concepts, concept_patterns, stems,
        designations, topic_words, topic_forms,
        topic_parts, topics                         a topic -> its parts and their forms; data/concepts.txt and data/concepts are the table
        grammar, query, condition, evaluation       boolean queries
        meant, acting, elsewhere, opposites         which places of a form are meant, and which are a word, or another's
        groups, beginnings, watching                a rule's actors, topics and name, and what an article has of them
        meaning, nearness                           how near an article is to the rules in meaning: vectors in, z-scores out
        company                                     what the nearest articles before it matched
        calibration, verdict, explain               from all that to two probabilities, to yes or no, to the reason
        prints, things, credits, series             what is stored of an article to tell its event
        lexicon, traces, recent, story_vectors,
        remembered                                  what a process remembers of it, in few bytes, and which articles are near it
        beside, likeness, stories                   which of them report the same event
        anchors, phrases, entries, filing, index    all rules at once
        chance, suspects, trial, rule_patches,
        proposals, unproposed                       what would have prevented a rule's false alarms
    embedding   a text -> what it means as a vector, where the `meaning` extra is installed
    language    a text -> its language
    collector   how often a process looks for garbage
    outbound    the only HTTP client, with the address guard
    feeds       fetch a feed, parse it in a sandboxed child; discover, opml, starter: find feeds;
                fulltext, robots: read an article's page in another such child, where its site lets us;
                websub: ask a hub to tell of news
    delivery    one file per kind of channel; chat: what those of chat share; apprise_*: what the `chat` extra may write, and how;
                telling: a message in words; templating: users' own words;
                secrecy: what is never shown; proofs: what a link may open; out_feed: alerts as Atom and JSON Feed
    storage     columns, tables, migrations, one file per noun
    edges       the one composition root
    following   from any address to a followed feed, for the API and the command
    pipeline    the stages, in the order of an article's life
    api         the HTTP interface
    cli         the `wirewatch` command

Imports run downwards only (see the contracts in pyproject.toml). The Celery workers live beside this package, in `workers`;
what builds, fits and judges the matching from a checkout, in `tools`.
"""
