"""The evidence of a person covers the first names, in scripts in which no table has them."""

from __future__ import annotations

import pytest

from service.domain.rules import Actor
from service.matching.actors import group_of_actor
from service.matching.groups import Known, see
from service.matching.reading import Reading

WHOLE = [
    pytest.param("Mark Rutte", "外交部长马克·吕特访问华沙", "马克·吕特", id="Chinese, behind a title"),
    pytest.param("Mark Rutte", "昨天到访首都华沙以后马克·吕特", "马克·吕特", id="Chinese, behind a little word"),
    pytest.param("Mark Rutte", "昨天到访首都华沙马克·吕特", "吕特", id="Chinese, where nothing tells the beginning"),
    pytest.param("Ursula von der Leyen", "主席乌尔苏拉·冯德莱恩说", "乌尔苏拉·冯德莱恩", id="a longer name"),
    pytest.param("Mark Rutte", "昨日マーク・ルッテ氏が訪問", "マーク・ルッテ", id="katakana"),
    pytest.param("Mark Rutte", "زار مارك روته وارسو", "مارك روته", id="Arabic"),
    pytest.param("Mark Rutte", "לדברי מארק רוטה ביום שני", "מארק רוטה", id="Hebrew"),
    pytest.param("Mark Rutte", "דבריו של ומארק רוטה", "ומארק רוטה", id="Hebrew, behind and"),
    pytest.param("Mark Rutte", "मार्क रुटे ने कहा", "मार्क रुटे", id="Hindi"),
    pytest.param("Mark Rutte", "বললেন মার্ক রুটে", "মার্ক রুটে", id="Bengali"),
    pytest.param("Mark Rutte", "გუშინ მარკ რუტემ თქვა", "მარკ რუტემ", id="Georgian, with an ending"),
    pytest.param("Mark Rutte", "어제 마르크 뤼터는 말했다", "마르크 뤼터는", id="Korean, with a particle"),
    pytest.param("Mark Rutte", "Ο Μαρκ Ρούτε μίλησε", "Μαρκ Ρούτε", id="Greek"),
    pytest.param("Mark Rutte", "ต้อนรับนายมาร์ก รุตเต้ ที่กรุงเฮก", "มาร์ก รุตเต้", id="Thai, behind a title"),
    pytest.param("Donald Trump", "ประธานาธิบดีโดนัลด์ ทรัมป์", "โดนัลด์ ทรัมป์", id="Thai, with a vowel before its consonant"),
    pytest.param("Mark Rutte", "ที่กรุงเฮก รุตเต้", "รุตเต้", id="Thai, another word before it"),
    pytest.param("Joe Biden", "เขากระโจ ไบเดน", "ไบเดน", id="Thai, the end of another word"),
    pytest.param("Mark Rutte", "Մարկ Ռյուտեն ասաց", "Մարկ Ռյուտեն", id="Armenian"),
    pytest.param("Mark Rutte", "மார்க் ருட்டே கூறினார்", "மார்க் ருட்டே", id="Tamil"),
    pytest.param("Mark Rutte", "الوزير روته", "روته", id="a title is no first name"),
    pytest.param("Mark Rutte", "اجتمع مارك، روته قال", "روته", id="another sentence's"),
    pytest.param("Mark Rutte", "吕特·安德森", "吕特", id="a first name that is a surname here"),
    pytest.param("Mark Rutte", "Wczoraj Mark Rutte", "Mark Rutte", id="Latin"),
    pytest.param("Pope Francis", "Mówił, że papież Franciszek jedzie", "papież Franciszek", id="Latin, with accents"),
]


@pytest.mark.parametrize(("name", "title", "evidence"), WHOLE)
def test_the_whole_name_is_shown(name: str, title: str, evidence: str) -> None:
    seen = see(group_of_actor(Actor(name=name)), Reading({"title": title}), None, Known())
    assert seen is not None
    assert [place.text for place in seen.places] == [evidence]


def test_a_state_has_no_first_names() -> None:
    seen = see(group_of_actor(Actor(name="United States")), Reading({"title": "يونايتد أمريكا"}), None, Known())
    assert seen is not None
    assert [place.text for place in seen.places] == ["أمريكا"]
