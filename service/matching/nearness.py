"""How near an article's meaning is to every rule's, all in one product of vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from service.domain.rules import RuleSpec
from service.matching.calibration import Nearness
from service.matching.meaning import WIDTH, Background, References, Scores, Vectors

MOST_QUERIES = 12  # of one rule on actors and topics together; one with more is asked for its topics
NO_COMPANY: Mapping[str, float] = {}
_FIRST_ROWS = 64

# Some articles, short ones above all, lie near to any query: what they have of that counts for little. And where rules and articles
# are of another world than the background, everything in it is far from usual: meaning alone is not to decide there.
OF_ANY = 0.45
MOST = 5.0
# To a background of world news all that is closed in a town is near to a bridge that is closed there. What is near is so by the standards
# of everyday headlines as well, by which the news of the world lie farther out: a deviation less will do.
EVERYDAY_LESS = 1.0


class Queries(NamedTuple):
    """What is asked of an article's meaning for one rule: `both` its actors and topics, and its `name`."""

    both: tuple[str, ...]
    name: str

    @property
    def texts(self) -> Iterator[str]:
        """Each of them."""
        yield from dict.fromkeys((*self.both, self.name))


def queries_of(spec: RuleSpec) -> Queries | None:
    """The rule's queries; None for a rule of nothing but a boolean query, which says exactly what it wants."""
    names, topics = [actor.name for actor in spec.watched], [*spec.topics]
    if not names and not topics:
        return None
    both = [f"{name} {topic}".strip() for name in names or [""] for topic in topics or [""]]
    if len(both) > MOST_QUERIES:
        both = (topics or names)[:MOST_QUERIES]
    return Queries(tuple(both), spec.name)


class _Filed(NamedTuple):
    """The rules as they were when articles were held against them: other threads change them meanwhile."""

    queries: Mapping[str, Queries]
    rows: Mapping[str, int]
    near_by: Mapping[int, frozenset[str]]


class _Scale:
    """What is usual for each row's query against one background. `added`: deviations that are given for nothing."""

    def __init__(self, background: Background, added: float = 0.0, rows: int = _FIRST_ROWS) -> None:
        self._background, self._added = background, np.float32(added)
        self._usual: Scores = np.zeros(rows, np.float32)
        self._deviation: Scores = np.full(rows, np.inf, np.float32)

    def put(self, rows: Sequence[int], vectors: Vectors) -> None:
        """These queries are in those rows."""
        self._usual[rows], self._deviation[rows] = self._background.usual(vectors)

    def clear(self, row: int) -> None:
        """Nothing is in this row."""
        self._deviation[row] = np.inf

    def grow(self) -> None:
        """Make room for twice as many rows."""
        length = len(self._usual)
        self._usual = np.concatenate([self._usual, np.zeros(length, np.float32)])
        self._deviation = np.concatenate([self._deviation, np.full(length, np.inf, np.float32)])

    def scores(self, cosines: Scores, typical: Vectors, articles: Vectors) -> Scores:
        """How far above the usual each article (n) is for each row (q), more than to any query: (n, q)."""
        of_any = self._background.z_scores(typical[np.newaxis], articles)  # (n, 1)
        scores: Scores = (cosines - self._usual) / self._deviation - OF_ANY * of_any + self._added
        return scores


class RuleVectors:
    """The vectors of the rules' queries, each text once, and what is usual for each against a background and by the references.

    Not for several threads at once; what it gives out is, and stays as it was.
    """

    def __init__(self, background: Background, references: References) -> None:
        self._typical, everyday = references.typical, references.everyday
        self._scales = [_Scale(background), *([] if everyday is None else [_Scale(everyday, EVERYDAY_LESS)])]
        self._queries: dict[str, Queries] = {}  # by rule id
        self._rows: dict[str, int] = {}  # text -> its row
        self._uses: dict[str, int] = {}
        self._free: list[int] = []
        self._vectors: Vectors = np.zeros((_FIRST_ROWS, WIDTH), np.float32)
        self._near_by: dict[int, set[str]] = {}  # row -> the rules that an article near it is near to
        self._filed: _Filed | None = None  # until something changes

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self._rows)

    def missing(self, queries: Queries) -> list[str]:
        """Which of its texts have no vector yet."""
        return [text for text in queries.texts if text not in self._rows]

    def put(self, rule_id: str, queries: Queries, vectors: Mapping[str, Vectors]) -> None:
        """Take in a rule, or what has become of it; `vectors` has those that were `missing`."""
        self._take_in(queries, vectors)
        self.drop(rule_id)
        self._filed = None
        self._queries[rule_id] = queries
        for text in (*queries.both, queries.name):
            self._near_by.setdefault(self._rows[text], set()).add(rule_id)

    def drop(self, rule_id: str) -> None:
        """Forget a rule; one that is not there is no error."""
        queries = self._queries.pop(rule_id, None)
        if queries is None:
            return
        self._filed = None
        for text in queries.texts:
            row = self._rows[text]
            self._near_by.get(row, set()).discard(rule_id)
            self._uses[text] -= 1
            if not self._uses[text]:
                del self._uses[text], self._rows[text]
                self._near_by.pop(row, None)
                for scale in self._scales:
                    scale.clear(row)
                self._free.append(row)

    def measure_against(self, background: Background) -> None:
        """Count nearness against this background from now on."""
        rows = sorted(self._rows.values())
        self._scales[0] = _Scale(background, rows=len(self._vectors))
        self._scales[0].put(rows, self._vectors[rows])

    def of_articles(self, articles: Vectors) -> list[ArticleMeaning]:
        """How near each of the articles (n, 384) is to the rules, of those at this moment."""
        if self._filed is None:
            near_by = {row: frozenset(rules) for row, rules in self._near_by.items()}
            self._filed = _Filed(dict(self._queries), dict(self._rows), near_by)
        cosines = articles @ self._vectors.T
        scores = np.minimum.reduce([scale.scores(cosines, self._typical, articles) for scale in self._scales]).clip(max=MOST)
        return [ArticleMeaning(vector, self._filed, each) for vector, each in zip(articles, scores, strict=True)]

    def _take_in(self, queries: Queries, vectors: Mapping[str, Vectors]) -> None:
        for text in queries.texts:
            self._uses[text] = self._uses.get(text, 0) + 1
            if text not in self._rows:
                row = self._rows[text] = self._new_row()
                self._vectors[row] = vectors[text]
                for scale in self._scales:
                    scale.put([row], self._vectors[row : row + 1])

    def _new_row(self) -> int:
        if self._free:
            return self._free.pop()
        row, length = len(self._rows), len(self._vectors)
        if row >= length:
            self._vectors = np.concatenate([self._vectors, np.zeros((length, WIDTH), np.float32)])
            for scale in self._scales:
                scale.grow()
        return row


class ArticleMeaning:
    """One article's nearness to the rules; `vector` is what it means, `company`, by rule, what those near it matched."""

    def __init__(self, vector: Vectors, filed: _Filed, scores: Scores, company: Mapping[str, float] = NO_COMPANY) -> None:
        self.vector, self.company, self._filed, self._scores = vector, company, filed, scores

    def in_company(self, company: Mapping[str, float]) -> ArticleMeaning:
        """The same in the company of other articles, by rule (see `matching.company`)."""
        return ArticleMeaning(self.vector, self._filed, self._scores, company)

    def near(self, rule_id: str) -> Nearness | None:
        """How near it is to this rule; None where the rule's vectors are not there."""
        queries = self._filed.queries.get(rule_id)
        if queries is None:
            return None
        return Nearness(self._best(queries.both), self._best((queries.name,)), self.company.get(rule_id, 0.0))

    def nearest(self, least: float) -> Iterator[str]:
        """The rules to whose actors and topics, or name, it is at least so near, each once."""
        met: set[str] = set()
        for row in np.flatnonzero(self._scores >= least).tolist():
            new = self._filed.near_by.get(row, frozenset()) - met
            met |= new
            yield from new

    def _best(self, texts: Sequence[str]) -> float:
        return max(float(self._scores[self._filed.rows[text]]) for text in texts)
