"""The words by which a user calls an actor."""

from __future__ import annotations

from service.matching.expansion import TYPED, Expansion
from service.matching.forms import Form
from service.matching.names import dotted, is_acronym, is_proper
from service.matching.text import Phrase, phrase_of


def typed_forms(written: str, known: Expansion | None = None, *, is_alias: bool = False) -> tuple[Form, ...]:
    """The words as the user wrote them; what is `known` decides whether they need context or capitals: us, jordan.

    A person's surname that is typed alone is meant: Ronaldo. An alias needs no context, for the user says so. A single word with
    a capital, a surname and a state's name are not meant by what stands in small letters: gap, tusk, turkey.
    """
    words = phrase_of(written)
    unsure = known.needs_context if known and known.kind != "person" and not is_alias else ()
    if not words or any(form.words == words for form in unsure):
        return ()
    in_capitals = known is not None and any(form.words == words and form.cased for form in known.forms)
    is_surname = known is not None and known.kind == "person" and _is_surname(words, known)
    is_name = is_surname or is_proper(written) or (known is not None and known.kind == "state" and len(words) == 1)
    literal = Form(words, TYPED, "surname" if is_surname else "name", cased=in_capitals or is_acronym(written), named=is_name)
    return (literal, dotted(written.strip())) if is_acronym(written) else (literal,)


def _is_surname(words: Phrase, person: Expansion) -> bool:
    return any(form.words == words and form.kind == "surname" for form in (*person.forms, *person.needs_context))
