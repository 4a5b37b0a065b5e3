"""The names inside a topic: actors of the pack, and states by their people and in any case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from service.matching.actor_index import find_actor
from service.matching.actor_pack import expand_actor
from service.matching.actor_tables import read_state_names, read_states
from service.matching.forms import Form
from service.matching.once import once
from service.matching.text import Phrase, phrase_of

_LONGEST_ENDING = 4  # letters: "россий" begins "российский" and "россиянами"
_KEY = 3


def known_forms(written: str) -> tuple[Form, ...] | None:
    """The forms of the actor that a topic names so, None if the pack does not know it.

    Beside the pack's names: "Polish", "North Korean", "России". One that several states share stands for none of them.
    """
    if find_actor(written):
        return _forms_of(written)
    states = set(_states_of(phrase_of(written)))
    return _forms_of(read_state_names()[states.pop()]["en"]) if len(states) == 1 else None


@lru_cache(maxsize=1_000)  # topics repeat the names of states, and a state has hundreds of forms
def _forms_of(name: str) -> tuple[Form, ...]:
    return expand_actor(name).forms


def _states_of(phrase: Phrase) -> Iterator[str]:
    for words, open_end, code in _spellings().get(phrase[0][:_KEY], ()) if phrase else ():
        same_length = len(words) == len(phrase) and words[:-1] == phrase[:-1]
        ending = len(phrase[-1]) - len(words[-1])
        if same_length and phrase[-1].startswith(words[-1]) and 0 <= ending <= (_LONGEST_ENDING if open_end else 0):
            yield code


@once
def _spellings() -> Mapping[str, Sequence[tuple[Phrase, bool, str]]]:
    """First letters -> words, whether they have endings, and the state, of its people and of its names that have stems."""
    filed: dict[str, list[tuple[Phrase, bool, str]]] = {}
    for words, open_end, code in _all_spellings():
        if words:
            filed.setdefault(words[0][:_KEY], []).append((words, open_end, code))
    return filed


def _all_spellings() -> Iterator[tuple[Phrase, bool, str]]:
    for code, state in read_states().items():
        for spelling in (*state.people, *state.names):
            if not (spelling.unsure or spelling.cased or spelling.as_written):
                yield phrase_of(spelling.text), spelling.open_end, code
    for code, names in read_state_names().items():
        for name in names.values():
            stem, bar, _rest = name.partition("|")
            if bar and code in read_states():
                yield phrase_of(stem), True, code
