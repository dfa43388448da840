"""Maps the shards of a plan over a local cluster and kills one worker while it runs a shard: what `check` starts."""

import os
import signal
import sys
import threading
import time

import psutil
from dask.distributed import Client, LocalCluster

from rearguard_dask import merge, shards


def main():
    plan = sys.argv[1]
    with LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, \
            Client(cluster) as client:
        victim = client.submit(os.getpid, workers=[next(iter(client.scheduler_info()["workers"]))]).result()

        def kill():
            # As soon as it has a shard under way, which goes on without it for a while.
            while not psutil.Process(victim).children():
                time.sleep(0.005)
            os.kill(victim, signal.SIGKILL)

        threading.Thread(target=kill, daemon=True).start()
        done = shards(client, plan)
        if psutil.pid_exists(victim):
            raise SystemExit("FAILED: the worker is still there")
        print(f"  {len(done)} shards by 3 worker processes, of which one was killed while it ran one")
    merge(plan)


if __name__ == "__main__":
    main()
