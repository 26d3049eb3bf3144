"""A study again, the rows of all its layers in another order: ``python shuffled.py STUDY FOLDER SEED THREADS``."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
import sys
from pathlib import Path


def shuffled(study: Path, folder: Path, *, seed: int, threads: int) -> Path:
    """Copy the folder of a study, shuffle the rows of every layer, set the threads; return the new study file."""
    shutil.copytree(
        study.parent, folder, ignore=shutil.ignore_patterns("source", "sample_build", "*.py", "__pycache__")
    )
    dice = random.Random(seed)
    for layer in sorted((*folder.rglob("*.csv"), *folder.rglob("*.geojson"))):
        layer.write_text(_shuffled(layer, dice), encoding="utf-8")
    copy = folder / study.name
    head, network, rest = copy.read_text(encoding="utf-8").partition("[network]\n")
    if not network:
        raise ValueError(f"expected a table [network] in {study}, found none: add it.")
    copy.write_text(f"{head}{network}threads = {threads}\n{rest}", encoding="utf-8")
    return copy


def _shuffled(layer: Path, dice: random.Random) -> str:
    text = layer.read_text(encoding="utf-8-sig")
    if layer.suffix == ".geojson":
        document = json.loads(text)
        dice.shuffle(document["features"])
        return json.dumps(document, ensure_ascii=False)
    head, *rows = csv.reader(io.StringIO(text))
    dice.shuffle(rows)
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([head, *rows])
    return written.getvalue()


if __name__ == "__main__":
    shuffled(Path(sys.argv[1]), Path(sys.argv[2]), seed=int(sys.argv[3]), threads=int(sys.argv[4]))
