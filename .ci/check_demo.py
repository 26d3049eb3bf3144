"""Say whether a finished demo kept its promises: proven stages and memory; tell its time. Called by .ci/run.

The time is told, not tested: a busy machine must not turn a right answer into a failure.
"""

import json
import sys
from pathlib import Path

PEAK_MIB = 2048


def broken(run: dict) -> list[str]:
    """Return one sentence per promise that was not kept."""
    stages = run["plan"]["stages"]
    found = [
        f"stage {stage['name']}: gap {stage['gap']}" for stage in stages if stage["gap"] is None or stage["gap"] > 0
    ]
    if not stages:
        found.append("no stage was solved")
    if run["peak_memory_mib"] >= PEAK_MIB:
        found.append(f"peak memory {run['peak_memory_mib']:.0f} MiB, allowed {PEAK_MIB} MiB")
    return found


if __name__ == "__main__":
    path, seconds, aim = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    run = json.loads(path.read_text(encoding="utf-8"))
    sentences = broken(run)
    late = " (slower than the aim)" if seconds > aim else ""
    print(
        f"{path}: {seconds:.0f} s of {aim:.0f} s aimed at{late}, "
        f"{run['peak_memory_mib']:.0f} MiB, {len(run['plan']['stages'])} stages"
    )
    sys.exit("; ".join(sentences) if sentences else 0)
