"""What the checks of schedulers share: a folder to work in, the program, and what two results folders must have in common."""

import hashlib
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A hang fails one check and not all.
SECONDS = 240
# What no claim of equality covers.
OUTSIDE = {"journal.jsonl", ".lock"}


def hashes(folder):
    """The checksum of every file of a results folder, by its path there."""
    files = (path for path in sorted(pathlib.Path(folder).rglob("*")) if path.is_file() and path.name not in OUTSIDE)
    return {str(path.relative_to(folder)): checksum(path) for path in files}


def checksum(path):
    """Of a file, read a part at a time: the most memory that a child held counts what its parent held when it was made."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def same(one, other):
    """How many files two results folders have, all of them the same; stops if they are not."""
    a, b = hashes(one), hashes(other)
    if a != b or "manifest.json" not in a:
        names = sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))
        raise SystemExit(f"FAILED: {one} and {other} differ in {names[:5]}")
    return len(a)


def expect(condition, what):
    if not condition:
        raise SystemExit(f"FAILED: {what}")


class Home:
    """A folder with the scenarios and studies of the project, where the program is called as people call it."""

    def __init__(self, folder, program):
        self.folder = pathlib.Path(folder)
        self.program = pathlib.Path(program).resolve()
        for part in ("scenarios", "studies"):
            shutil.copytree(ROOT / part, self.folder / part)
        self.environment = {**os.environ, "REARGUARD": str(self.program)}

    def write(self, name, text, mode=0o644):
        path = self.folder / name
        path.write_text(text)
        path.chmod(mode)
        return path

    def call(self, *command, code=0, variables=None, timeout=SECONDS):
        """Runs a command in the folder; what it wrote, if it ends as it should."""
        done = subprocess.run(
            [str(word) for word in command], cwd=self.folder, env={**self.environment, **(variables or {})}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout,
        )
        expect(done.returncode == code, f"{command} ended with {done.returncode}, not {code}:\n{done.stdout[-3000:]}")
        return done.stdout

    def rearguard(self, *arguments, **how):
        return self.call(self.program, *arguments, **how)

    def plan(self, study, shards, engine, *more):
        """Plans a study into a folder of the engine's name; that folder."""
        folder = f"results/{engine}-{pathlib.Path(study).stem}"
        self.rearguard("plan", study, "--shards", shards, "--emit", engine, "--out", folder, "--quiet", *more)
        return folder

    def fresh(self, name):
        """Moves the results of an earlier engine out of the way."""
        folder = self.folder / "results" / name
        if folder.exists():
            shutil.rmtree(folder)
        return folder

    def failing_once(self, shard):
        """A program in front of the program that fails for one shard the first time it is asked for it."""
        mark = self.folder / "has-failed"
        mark.unlink(missing_ok=True)
        text = f"""#!/bin/sh
case "$*" in "shard "*" {shard} "*) [ -e '{mark}' ] || {{ touch '{mark}'; echo "made to fail" >&2; exit 9; }} ;; esac
exec '{self.program}' "$@"
"""
        return str(self.write("failing", text, 0o755))
