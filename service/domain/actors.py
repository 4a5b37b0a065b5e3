"""What a workspace says of an actor, in all its rules: more names it goes by, and words that do not mean it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from service.domain.rules import Actor, Line, RuleSpec

MAX_WORDS = 50  # aliases of one actor, and strikes


@dataclass(frozen=True, slots=True)
class ActorChange:
    """A workspace's aliases and strikes of one actor. `actor` is the same for all its names, `name` what the user called it."""

    actor: str
    name: str
    aliases: tuple[str, ...] = ()
    strikes: tuple[str, ...] = ()


def joined(newer: ActorChange, older: ActorChange, takes_away: Callable[[str, str], bool]) -> ActorChange:
    """What was said of one actor under two of its names; where they contradict each other, the newer holds."""
    aliases = (alias for alias in older.aliases if not any(takes_away(strike, alias) for strike in newer.strikes))
    strikes = (strike for strike in older.strikes if not any(takes_away(strike, alias) for alias in newer.aliases))
    return replace(
        newer,
        aliases=tuple(dict.fromkeys((*newer.aliases, *aliases))),
        strikes=tuple(dict.fromkeys((*newer.strikes, *strikes))),
    )


def with_changes(
    spec: RuleSpec,
    changes: Mapping[str, ActorChange],
    *,
    named: Iterable[str] = (),
    key: Callable[[str], str],
    takes_away: Callable[[str, str], bool],
) -> RuleSpec:
    """The rule as it is matched: each of its actors whose `key` is in `changes` has the workspace's words besides its own.

    So has each of those `named` in its query.

    What the rule itself says goes first: no strike of the workspace takes away its name for the actor or one of its aliases,
    and what it strikes is no alias. `takes_away(strike, words)` tells whether nothing is left of the words.

    It never fails. The limits of a rule bound what users write into one; the workspace's words were counted when they were
    stored, so the values are made without another look at the limits.
    """

    def changed(actor: Line | Actor) -> Line | Actor:
        return _changed(actor, changes.get(key(actor if isinstance(actor, str) else actor.name)), takes_away)

    actors = tuple(map(changed, spec.actors))
    asked = tuple(actor for actor in map(changed, named) if isinstance(actor, Actor))
    new = spec if actors == spec.actors else spec.model_copy(update={"actors": actors})
    return new.asking(asked) if asked else new


def _changed(actor: Line | Actor, change: ActorChange | None, takes_away: Callable[[str, str], bool]) -> Line | Actor:
    if change is None:
        return actor
    own = Actor(name=actor) if isinstance(actor, str) else actor
    said = (own.name, *own.aliases)
    aliases = (alias for alias in change.aliases if not any(takes_away(strike, alias) for strike in own.strikes))
    strikes = (strike for strike in change.strikes if not any(takes_away(strike, words) for words in said))
    return own.model_copy(
        update={
            "aliases": tuple(dict.fromkeys((*own.aliases, *aliases))),
            "strikes": tuple(dict.fromkeys((*own.strikes, *strikes))),
        }
    )
