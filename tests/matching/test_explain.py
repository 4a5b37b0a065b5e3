"""Why not: the parts of a rule, found and missing."""

from __future__ import annotations

from service.matching.explain import PartFinding, explain
from service.matching.rules import condition_of
from tests.make import a_spec


def test_each_part_says_what_is_there_and_what_is_not() -> None:
    spec = a_spec(actors=[{"name": "Mark Rutte", "aliases": ["NATO chief", "Rutte"]}], topics=["peace deal", "grain"], exclude=["football"])
    findings = explain(condition_of(spec), {"title": "Nato chief on football", "body": "Rutte: no grain"})
    assert findings == (
        PartFinding("/actors/0", ("NATO chief", "Rutte"), ("Mark Rutte",)),
        PartFinding("/topics/0", (), ("peace deal",)),
        PartFinding("/topics/1", ("grain",), ()),
        PartFinding("/exclude/0", ("football",), ()),
    )
