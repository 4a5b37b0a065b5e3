"""Why nothing is proposed against a rule's false alarms, in a sentence."""

from __future__ import annotations

from service.matching.chance import LEVEL, chance
from service.matching.trial import LEAST_STORIES, Court


def say_why_none(court: Court) -> str:
    """What is missing to propose anything, and what to do about it where something can be done."""
    false, right = court.sizes
    if not court.false:
        return "no judged alert is a false alarm that the rule would still raise"
    if not false:
        return "each story that brought a false alarm brought a relevant alert, too"
    if false < LEAST_STORIES:
        return "the false alarms are all about one story, which says nothing of the next"
    if not right:
        return "no alert was said to be relevant, so nobody can tell what a change would cost; say which ones were"
    if chance(false, false, 0, right) > LEVEL:
        return f"false alarms about {false} stories and relevant alerts about {right} are too few to tell what is no chance; judge more"
    return "what the false alarms share may be a chance, or the relevant alerts have it, too"
