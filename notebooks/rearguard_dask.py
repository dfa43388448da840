"""Runs the shards of a plan on a Dask cluster, by the installed program.

    rearguard plan studies/ridge-road.toml --shards 8 --emit gnu-parallel       (any engine: Dask needs only plan.json)

    from dask.distributed import Client
    from rearguard_dask import merge, shards
    shards(Client("tcp://scheduler:8786"), "results/ridge-road-plan")
    merge("results/ridge-road-plan")       # the bytes of one machine

The workers share the plan's folder and have the program. A shard whose worker dies is run again by another one, which goes
on from what is finished.
"""

import json
import os
import pathlib
import subprocess
import time

PROGRAM = os.environ.get("REARGUARD", "rearguard")
# What the program says of a folder that another process has open. The kernel does not end what a killed worker had started.
IN_USE = "is in use by another process"
PAUSE_SECONDS, TRIES = 2.0, 300


def shard(plan, index, of):
    """Runs one shard. Called on a worker, which needs this file and the program, and nothing else."""
    command = [PROGRAM, "shard", str(plan), f"{index}/{of}", "--quiet"]
    for _ in range(TRIES):
        done = subprocess.run(command, capture_output=True, text=True)
        if IN_USE not in done.stderr:
            break
        time.sleep(PAUSE_SECONDS)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return index


def shards(client, plan, retries=3):
    """Runs every shard of a plan on the workers of a client; the numbers of the shards."""
    plan = pathlib.Path(plan).resolve()
    of = json.loads((plan / "plan.json").read_text())["shards"]
    futures = client.map(shard, [plan] * of, range(1, of + 1), [of] * of, retries=retries, pure=False)
    return sorted(client.gather(futures))


def merge(plan):
    """Merges the shards; the results folder. Code 4 is that something is missing, 5 that a precision asks for another round."""
    plan = pathlib.Path(plan).resolve()
    planned = json.loads((plan / "plan.json").read_text())
    subprocess.run([PROGRAM, "merge", "--plan", str(plan), "--quiet"], cwd=planned["home"], check=True)
    return pathlib.Path(planned["home"]) / planned["out"]
