"""What letters and groups of letters become in another alphabet.

After BGN/PCGN 1947 and 2019, PN-ISO 9, Duden, the French and Spanish press, the Serbian alphabet's own Latin, and ELOT 743.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property


class Table:
    """An alphabet's letters and groups of letters, and what becomes of each."""

    def __init__(self, letters: Mapping[str, str]) -> None:
        self._letters = letters

    def write(self, word: str) -> str:
        """The word by the table, the longest group first; a letter that the table has not stays."""
        return self._pieces.sub(lambda piece: self._letters[piece[0]], word)

    @cached_property
    def _pieces(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, sorted(self._letters, key=len, reverse=True))))


def _table(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split(" "))


_SAME = dict(zip("абдезиклмнопрстуфы", "abdeziklmnoprstufy", strict=True))
# Ukrainian, Belarusian, Serbian and Macedonian letters, as those write them who know no better.
_OTHER_LETTERS = _table("ь= ъ= г=g ґ=g і=i ў=u э=e ё=e ј=j љ=lj њ=nj ћ=c ђ=dj џ=dz ѓ=g ќ=k ѕ=dz")
_UKRAINIAN = {"г": "h", "и": "y"}
_ENGLISH = _table("в=v ж=zh й=y х=kh ц=ts ч=ch ш=sh щ=shch ю=yu я=ya ї=yi є=ye")
_KYIV = {**_ENGLISH, **_UKRAINIAN, "ї": "i", "є": "ie", "й": "i", "ю": "iu", "я": "ia"}
_POLISH = _table("в=w ж=z й=j х=ch ц=c ч=cz ш=sz щ=szcz ё=io ю=ju я=ja ї=ji є=je")
_GERMAN = _table("в=w ж=sch з=s й=i х=ch ц=z ч=tsch ш=sch щ=schtsch ю=ju я=ja ї=ji є=je")
_FRENCH = _table("в=v ж=j й=i х=kh ц=ts ч=tch ш=ch щ=chtch у=ou ю=iou я=ia ї=i є=ie")
_SPANISH = {**_ENGLISH, "х": "j", "й": "i", "ї": "i", "є": "ie"}
_SERBIAN = _table("в=v ж=z й=j х=h ц=c ч=c ш=s щ=sc ю=ju я=ja ї=ji є=je ђ=d")
TO_LATIN: tuple[Table, ...] = tuple(
    Table({**_SAME, **_OTHER_LETTERS, **letters})
    for letters in (
        *(_ENGLISH, _KYIV, _POLISH, {**_POLISH, **_UKRAINIAN}, _GERMAN, {**_GERMAN, **_UKRAINIAN, "й": "j"}),
        *(_FRENCH, _SPANISH, _SERBIAN, {**_ENGLISH, "кс": "x"}),
    )
)

_GREEK = _table("α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o")
_GREEK |= _table("ου=ou γγ=ng γκ=gk γξ=nx μπ=b ευ=ef αυ=av ντ=nt")
FROM_GREEK: tuple[Table, ...] = (
    Table(_GREEK),
    Table({**_GREEK, "μπ": "mp", "ευ": "ev", "αυ": "af", "χ": "h"}),
    Table({**_GREEK, "ου": "u", "αι": "e", "ει": "i", "οι": "i", "γκ": "g", "ντ": "d", "υ": "i", "φ": "ph"}),
)

_LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхижклмнопкрстувв*из", strict=True)) | {"x": "кс", "j": "дж", "y": "и"}
_GROUPS = _table("shch=щ szcz=щ tsch=ч sch=ш tch=ч dzh=дж sh=ш dj=дж ch=ч zh=ж kh=х ts=ц ph=ф th=т ck=к cz=ч sz=ш ce=се ci=си qu=кв")
_GROUPS |= _table("ee=и oo=у ya=я yu=ю yo=е ye=е ay=ай ey=ей oy=ой uy=уй ia=ия rh=р wh=у")
_TO_RUSSIAN = _LETTERS | _GROUPS
_TO_UKRAINIAN = _TO_RUSSIAN | {"ci": "сі", "h": "г", "i": "і", "y": "и", "ye": "є", "ia": "ія", "ee": "і", "g": "г"}
# Names of Poland, Germany and Czechia, and of Croatia and Serbia, without the accents that the normal form has lost.
_FROM_POLAND = _table("c=ц ce=це ci=ци ch=х j=й ja=я ju=ю je=е jo=йо ia=я iu=ю io=е rz=ж ij=ий ji=и ie=е tz=ц schtsch=щ ou=у")
_CONTINENTAL = _TO_RUSSIAN | _FROM_POLAND
_CONTINENTAL_UKRAINIAN = _TO_UKRAINIAN | _FROM_POLAND | {"ci": "ці", "je": "є", "ji": "ї", "io": "ьо", "ie": "є", "ij": "ій"}
_BALKAN = _CONTINENTAL | {"c": "ч", "ce": "че", "ci": "чи", "lj": "ль", "nj": "нь"}
_SERBIAN_LETTERS = _BALKAN | _table("j=ј ja=ја ju=ју je=је jo=јо ij=иј ji=ји ia=иа lj=љ nj=њ dj=ђ")
_ENDINGS = {
    "sky": ("ский", "ський"), "skiy": ("ский", "ський"), "skyi": ("ский", "ський"), "skyy": ("ский", "ський"), "skyj": ("ский", "ський"),
    "skij": ("ский", "ський"), "skii": ("ский", "ський"), "ski": ("ский", "ський"), "dzki": ("дзкий", "дзький"), "cki": ("цкий", "цький"),
    "ic": ("ич", "ич"), "iy": ("ий", "ій"), "yi": ("ый", "ий"), "y": ("и", "і"),
}  # fmt: skip
_RUSSIAN_ENDINGS = {ending: russian for ending, (russian, _) in _ENDINGS.items()}
_UKRAINIAN_ENDINGS = {ending: ukrainian for ending, (_, ukrainian) in _ENDINGS.items()}
TO_CYRILLIC: tuple[tuple[Table, Mapping[str, str]], ...] = (
    (Table(_TO_RUSSIAN), _RUSSIAN_ENDINGS),
    (Table(_TO_UKRAINIAN), _UKRAINIAN_ENDINGS),
    (Table(_CONTINENTAL), _RUSSIAN_ENDINGS),
    (Table(_CONTINENTAL_UKRAINIAN), _UKRAINIAN_ENDINGS),
    (Table(_BALKAN), _RUSSIAN_ENDINGS),
    (Table(_SERBIAN_LETTERS), {"ic": "ић"}),
)
TO_THE_RUSSIAN = Table(_table("і=и ї=и є=е ґ=г ў=в ій=ий ськ=ск цьк=цк ьо=е ј=й ја=я ју=ю је=е љ=ль љо=ле њ=нь њо=не ћ=ч ђ=дж џ=дж"))
TO_THE_UKRAINIAN = Table(_table("ск=ськ цк=цьк ы=и э=е ё=ьо и=і ий=ий ич=ич"))
