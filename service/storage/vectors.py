"""What texts mean, as vectors of little-endian 16-bit floats, and the background that nearness is counted against."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update

from service.storage.database import Database
from service.storage.tables import article, article_vector, background, query_vector

_SOME = 500  # texts or articles asked for in one statement


@dataclass(frozen=True, slots=True)
class StoredVectors:
    """Vectors in the database. Those of different models never meet."""

    database: Database

    def of_queries(self, model: str, texts: Collection[str]) -> dict[str, bytes]:
        """The vectors of those texts that have one."""
        found: dict[str, bytes] = {}
        wanted = list(texts)
        with self.database.read() as connection:
            for first in range(0, len(wanted), _SOME):
                some = query_vector.c.text.in_(wanted[first : first + _SOME])
                rows = connection.execute(select(query_vector).where(query_vector.c.model == model, some)).all()
                found |= {row.text: row.vector for row in rows}
        return found

    def save_queries(self, model: str, vectors: Mapping[str, bytes]) -> None:
        """Keep the vectors of texts; those that are there already stay."""
        if vectors:
            values = [{"model": model, "text": text, "vector": vector} for text, vector in sorted(vectors.items())]
            with self.database.write() as connection:
                connection.execute(self.database.insert(query_vector).on_conflict_do_nothing(), values)

    def list_queries(self, start: float, limit: int) -> list[str]:
        """Up to `limit` of the texts that have vectors, in order, beginning at this share of all and going on with the first."""
        texts = select(query_vector.c.text).group_by(query_vector.c.text).order_by(query_vector.c.text).limit(limit)
        with self.database.read() as connection:
            count = connection.execute(select(func.count()).select_from(query_vector)).scalar_one()
            behind = list(connection.execute(texts.offset(int(start * count))).scalars())
            return [*dict.fromkeys([*behind, *connection.execute(texts.limit(limit - len(behind))).scalars()])]

    def forget_queries(self, texts: Collection[str]) -> int:
        """Forget the vectors of these texts, of all models; return how many."""
        gone, doomed = 0, sorted(texts)
        for first in range(0, len(doomed), _SOME):  # a few at a time: workers that save new ones must not wait long
            with self.database.write() as connection:
                some = query_vector.c.text.in_(doomed[first : first + _SOME])
                gone += connection.execute(delete(query_vector).where(some)).rowcount
        return gone

    def of_articles(self, model: str, articles: Collection[str]) -> dict[str, bytes]:
        """The vectors of those articles, by id, that have one."""
        with self.database.read() as connection:
            mine = (article_vector.c.model == model) & article_vector.c.article.in_(articles)
            return {row.article: row.vector for row in connection.execute(select(article_vector).where(mine)).all()}

    def newest_of_articles(self, articles: Collection[str]) -> tuple[str, dict[str, bytes]]:
        """The vectors of those articles, by id, that have one of the model in use, and this model: that of the last embedded."""
        newest = select(article_vector).join(article, article.c.id == article_vector.c.article).order_by(article.c.changed_at.desc())
        with self.database.read() as connection:
            rows = connection.execute(newest.where(article_vector.c.article.in_(articles))).all()
        model = rows[0].model if rows else ""
        return model, {row.article: row.vector for row in rows if row.model == model}

    def save_articles(self, model: str, vectors: Mapping[str, bytes]) -> None:
        """Keep the vectors of articles, in place of what an edited one meant before; articles that are gone have none."""
        with self.database.write() as connection:
            there = {row.id for row in connection.execute(select(article.c.id).where(article.c.id.in_(vectors))).all()}
            values = [{"article": each, "model": model, "vector": vectors[each]} for each in sorted(there)]
            if values:
                insert = self.database.insert(article_vector)
                new = {"model": insert.excluded.model, "vector": insert.excluded.vector}
                connection.execute(insert.on_conflict_do_update(index_elements=["article"], set_=new), values)

    def save_neighbours(self, neighbours: Mapping[str, Sequence[tuple[str, float]]]) -> None:
        """Keep, of articles that have a vector, the articles before each that were nearest to it, and the cosine to each."""
        with self.database.write() as connection:
            for each, nearest in sorted(neighbours.items()):
                new = [[other, round(cosine, 4)] for other, cosine in nearest]
                connection.execute(update(article_vector).where(article_vector.c.article == each).values(neighbours=new))

    def find_neighbours(self, articles: Collection[str]) -> dict[str, list[tuple[str, float]]]:
        """The neighbours of those articles that have any."""
        mine = select(article_vector.c.article, article_vector.c.neighbours).where(article_vector.c.article.in_(articles))
        with self.database.read() as connection:
            rows = connection.execute(mine).all()
        return {row.article: [(other, cosine) for other, cosine in row.neighbours] for row in rows if row.neighbours}

    def find_background(self, model: str) -> bytes | None:
        """The background of this model as it was last saved."""
        with self.database.read() as connection:
            return connection.execute(select(background.c.statistics).where(background.c.model == model)).scalar_one_or_none()

    def save_background(self, model: str, statistics: bytes, now: datetime) -> None:
        """Keep the background in place of the one before."""
        insert = self.database.insert(background).values(model=model, statistics=statistics, updated_at=now)
        new = {"statistics": insert.excluded.statistics, "updated_at": insert.excluded.updated_at}
        with self.database.write() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["model"], set_=new))
