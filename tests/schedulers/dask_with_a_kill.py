"""Maps the shards of a plan over a local cluster and kills one worker while it runs a shard: what `check` starts."""

import os
import signal
import sys
import threading
import time

from dask.distributed import Client, LocalCluster

from rearguard_dask import merge, shards


def main():
    plan = sys.argv[1]
    with LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, \
            Client(cluster) as client:
        victim = client.submit(os.getpid, workers=[next(iter(client.scheduler_info()["workers"]))]).result()

        def kill():
            # As soon as it has a shard under way.
            while True:
                if any(f"shard-{index}" in name for index in range(1, 9) for name in os.listdir(plan)):
                    os.kill(victim, signal.SIGKILL)
                    return
                time.sleep(0.01)

        threading.Thread(target=kill, daemon=True).start()
        done = shards(client, plan)
        try:
            os.kill(victim, 0)
            raise SystemExit("FAILED: the worker is still there")
        except ProcessLookupError:
            print(f"  {len(done)} shards by 3 worker processes, of which one was killed")
    merge(plan)


if __name__ == "__main__":
    main()
