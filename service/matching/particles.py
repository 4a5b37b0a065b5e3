"""The particles that Korean writes as one with a noun: 나토는, 푸틴이, 우크라이나의."""

from __future__ import annotations

from functools import lru_cache

FIRST_SYLLABLE = "가"  # in code-point order; a word that ends in what comes before it is not in Hangul
_LAST_SYLLABLE = "힣"
_FINALS = 28  # final consonants of a syllable, with none as the first
_RIEUL = 8  # the final ㄹ, after which 로 stands as after a vowel

_SHORTEST_NOUN = 2  # syllables: shorter ones are found in too many other words
_LONGEST = 4
_CONSONANT_BEFORE = (
    "은 이 을 과 으로 이나 이며 이고 이란 이랑 이라 이라고 이라는 이라며 이다 이었다 이지만 과의 과는"
    " 으로는 으로도 으로의 으로서 으로써 으로부터"
)
_VOWEL_BEFORE = "는 가 를 와 나 며 고 란 랑 라 라고 라는 라며 다 였다 지만 로 로는 로도 로서 로써 로부터 와의 와는 로의"
_ANY_BEFORE = (
    "의 에 도 만 께 께서 에는 에도 에만 에의 에서 에서는 에서도 에서의 에게 에게는 에게도 에게서 한테 까지 까지는 까지도 부터 부터는"
    " 보다 보다는 처럼 만큼 마저 조차 뿐 뿐만 만은 만이 만을"
)
_AFTER_CONSONANT, _AFTER_VOWEL, _AFTER_ANY = (frozenset(each.split()) for each in (_CONSONANT_BEFORE, _VOWEL_BEFORE, _ANY_BEFORE))
_PLURAL = "들"


@lru_cache(maxsize=20_000)
def nouns_of(form: str) -> tuple[str, ...]:
    """The nouns that a word in normal form may be with particles, shortest first, each of two syllables at least; none if not Korean.

    러시아의 may be 러시아; 동맹국들은 may be 동맹국 and 동맹국들. 김정은 may be 김정, too: a reading beside the word itself.
    """
    if not form or not FIRST_SYLLABLE <= form[-1] <= _LAST_SYLLABLE:
        return ()
    bare = [form, *(form[:-length] for length in range(1, _LONGEST + 1) if _is_noun(form[:-length]) and _follows(form, length))]
    singular = [noun.removesuffix(_PLURAL) for noun in bare]
    nouns = {noun for noun in (*bare, *singular) if noun != form and _is_noun(noun)}
    return tuple(sorted(nouns, key=len))


def _is_noun(word: str) -> bool:
    return len(word) >= _SHORTEST_NOUN and FIRST_SYLLABLE <= word[-1] <= _LAST_SYLLABLE


def _follows(form: str, length: int) -> bool:
    """Whether the last syllables are a particle that goes with how the word before it ends."""
    particle = form[-length:]
    if particle in _AFTER_ANY:
        return True
    final = (ord(form[-length - 1]) - ord(FIRST_SYLLABLE)) % _FINALS
    if particle.startswith("로") and final == _RIEUL:
        return particle in _AFTER_VOWEL
    return particle in (_AFTER_CONSONANT if final else _AFTER_VOWEL)
