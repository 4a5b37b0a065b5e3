"""The filing lets through the rules that looking at each of them would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.matching.anchors import ENOUGH
from service.matching.entries import Entry
from service.matching.filing import Filing
from tests.make import a_rule

KEYS = "abcdef"
anchors = st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True).map(tuple)
rules = st.tuples(anchors, st.lists(anchors, max_size=ENOUGH - 1))
steps = st.lists(st.one_of(rules, st.integers(0, 9)), max_size=12)  # a rule to be filed, or the number of one that goes
presents = st.lists(st.sets(st.sampled_from(KEYS)), max_size=4)


@given(steps, presents)
def test_rules_are_met_by_a_key_of_each_anchor(
    steps: list[tuple[tuple[str, ...], list[tuple[str, ...]]] | int], presents: list[set[str]]
) -> None:
    filing, filed = Filing(), list[Entry]()
    for step in steps:
        if isinstance(step, int):
            if step < len(filed):
                filing.discard(filed.pop(step))
        else:
            first, others = step
            filed.append(Entry(a_rule(), first, tuple(others)))
            filing.add(filed[-1])
        for present in presents:
            met = [*filing.met(present)]
            assert len(met) == len(set(met)), "a rule is met once"
            assert set(met) == {entry for entry in filed if entry.first and all(present & {*keys} for keys in (entry.first, *entry.others))}


def test_what_is_gone_leaves_room() -> None:
    filing, entry = Filing(), Entry(a_rule(), ("a", "b"), (("c",), ("d", "e")))
    filing.add(entry)
    room = filing.room
    for _ in range(3):
        filing.discard(entry)
        filing.add(entry)
    assert (filing.room, [*filing.met({"b", "c", "e"})]) == (room, [entry])
