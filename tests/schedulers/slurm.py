"""A Slurm of one node, of Debian's packages: its daemons in a folder, started and ended here."""

import os
import pathlib
import re
import secrets
import shutil
import socket
import subprocess
import time

# Daemons that do not answer in this time do not work.
SECONDS = 60

CONF = """\
ClusterName=check
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=1,bf_interval=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=8000 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Slurm:
    """Use as a context; `variables` is what its commands need in their environment."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.daemons = []
        self.cpus = os.cpu_count()
        self.variables = {"SLURM_CONF": str(self.folder / "slurm.conf")}

    def __enter__(self):
        host = socket.gethostname().split(".")[0]
        for part in ("state", "spool"):
            (self.folder / part).mkdir(parents=True)
        # munged wants its folder safe from others.
        self.folder.chmod(0o755)
        key = self.folder / "munge.key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o400)
        (self.folder / "slurm.conf").write_text(CONF.format(
            host=host, folder=self.folder, controller=free_port(), node=free_port(), cpus=self.cpus))
        named = lambda what, ending: f"--{what}={self.folder}/munge{ending}"
        try:
            self.start("munged", "--force", "--foreground", f"--key-file={key}", named("socket", ".socket"),
                       named("pid-file", ".pid"), named("log-file", ".log"), named("seed-file", ".seed"))
            self.until(lambda: (self.folder / "munge.socket").exists(), "munged")
            self.start("slurmctld", "-D")
            self.start("slurmd", "-D")
            self.until(lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%T"), "the node")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in self.daemons:
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def start(self, *command):
        # munged is in /usr/sbin, which is not on everybody's path.
        program = shutil.which(command[0]) or f"/usr/sbin/{command[0]}"
        log = open(self.folder / f"{command[0]}.out", "wb")
        environment = {**os.environ, **self.variables}
        self.daemons.append(subprocess.Popen(
            [program, *command[1:]], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT))

    def ask(self, *command):
        done = subprocess.run(command, env={**os.environ, **self.variables}, capture_output=True, text=True, timeout=30)
        return done.stdout

    def until(self, condition, what):
        end = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > end or any(daemon.poll() is not None for daemon in self.daemons):
                logs = "".join(path.read_text(errors="replace")[-1500:] for path in self.folder.glob("*.out"))
                raise SystemExit(f"FAILED: {what} of Slurm is not there after {SECONDS} s:\n{logs}")
            time.sleep(0.1)

    def submitted(self, said):
        """The numbers of the jobs that a script said it submitted: the shards and the merge."""
        return re.search(r"shards as job (\d+), the merge as job (\d+)", said).groups()

    def finish(self):
        """Waits until no job is left."""
        self.until(lambda: not self.ask("squeue", "--noheader").strip(), "an end of all jobs")

    def exit_code(self, job):
        said = self.ask("scontrol", "show", "job", job)
        return int(re.search(r"ExitCode=(\d+):", said).group(1))
