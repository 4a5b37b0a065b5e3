"""Write the typical query that we ship for the embedder's vectors: `python -m tools.build_typical_query RULES.json ...`.

It is the mean of the vectors of the rules' names, and says nothing of any one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np

from service.cli.rule_file import read_rules
from service.embedding import load_embedder
from service.matching.meaning import pack
from tools.build_background import TARGET


@click.command()
@click.argument("rules", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(rules: Sequence[Path]) -> None:
    """Overwrite the typical query of the installed model."""
    embedder = load_embedder()
    if embedder is None:
        raise click.ClickException("the `meaning` extra is not installed")
    names = [rule.spec.name for file in rules for rule in read_rules(file)]
    mean = embedder.embed(names).mean(axis=0)
    target = TARGET / f"query-{embedder.model}.bin"
    target.write_bytes(pack(mean / np.linalg.norm(mean)))
    click.echo(f"the mean of {len(names)} names in {target}")


if __name__ == "__main__":
    main()
