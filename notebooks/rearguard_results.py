"""Reads a results folder into data frames, by the data package that describes it.

    from rearguard_results import Results
    results = Results("results/mali-2023-compare")
    results.table("summary")            # a data frame with the right types
    results.unit("casualties.wounded")  # 'people'
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess

import pandas as pd

TYPES = {"string": "string", "number": "float64", "integer": "Int64", "boolean": "boolean"}
ROOT = pathlib.Path(__file__).resolve().parents[1]

# Okabe and Ito's colours, which colour-blind readers tell apart; the baseline is dark grey.
COLOURS = ["#3a434d", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"]


class Results:
    """A results folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        package = self.folder / "datapackage.json"
        if not package.exists():
            raise FileNotFoundError(f"{self.folder} is no finished results folder: it has no datapackage.json")
        self.package = json.loads(package.read_text())
        self.resources = {resource["name"]: resource for resource in self.package["resources"]}
        self.measures = pd.DataFrame(self.package["measures"]).set_index("name")
        self.title = self.package["title"]

    def __repr__(self):
        return f"<{self.title}: {', '.join(self.resources)}>"

    def fields(self, name):
        """The columns of a table, with type, unit and meaning."""
        return pd.DataFrame(self.resource(name)["schema"]["fields"]).set_index("name").fillna("")

    def resource(self, name):
        if name not in self.resources:
            raise KeyError(f"{self.folder} has no table {name!r}; it has {', '.join(self.resources)}")
        return self.resources[name]

    def table(self, name, check=True):
        """A table as a data frame; a file that is not as it was written is refused."""
        resource = self.resource(name)
        path = self.folder / resource["path"]
        if check and "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest() != resource["hash"]:
            raise ValueError(f"{path} has changed since it was written; run `rearguard verify {self.folder}`")
        fields = resource["schema"]["fields"]
        dates = [field["name"] for field in fields if field["type"] == "date"]
        types = {field["name"]: TYPES[field["type"]] for field in fields if field["type"] in TYPES}
        return pd.read_csv(path, dtype=types, parse_dates=dates, keep_default_na=False, na_values=[""])

    def unit(self, measure):
        return self.measures.loc[measure, "unit"]

    def estimate(self, measure, statistic="mean", level=None):
        """Estimates of a measure with their intervals, by policy (and design point, where there are several)."""
        table = self.table("summary")
        rows = table[(table["measure"] == measure) & (table["statistic"] == statistic)]
        if level is not None:
            rows = rows[rows["level"] == level]
        keys = ["design_id", "policy"] if rows["design_id"].nunique() > 1 else ["policy"]
        return rows.set_index(keys)[["estimate", "low", "high"]]

    def effects(self, measure, effect="total"):
        """Paired differences from the baseline, with intervals that hold for all policies at once."""
        table = self.table("contrasts")
        rows = table[(table["measure"] == measure) & (table["effect"] == effect)]
        return rows.set_index("policy")[["difference", "adjusted_low", "adjusted_high", "share_worse"]]


def program():
    """The command: named by REARGUARD, or the release build of this checkout, or that on the path."""
    built = ROOT / "target" / "release" / "rearguard"
    found = os.environ.get("REARGUARD") or (str(built) if built.exists() else shutil.which("rearguard"))
    if not found:
        raise FileNotFoundError("no rearguard: build it by `cargo build --release`, or set REARGUARD to it")
    return found


def made(name, *arguments):
    """The results of a command, run now unless they are there already."""
    folder = pathlib.Path(os.environ.get("REARGUARD_RESULTS", ROOT / "results" / "notebooks")) / name
    subprocess.run([program(), *arguments, "--quiet", "--out", str(folder)], cwd=ROOT, check=True)
    return Results(folder)


def intervals(axes, table, columns, colours=COLOURS):
    """A dot and its interval for each row of a table."""
    value, low, high = columns
    for place, (name, row) in enumerate(table.iterrows()):
        colour = colours[place % len(colours)]
        axes.plot([row[low], row[high]], [place, place], color=colour, linewidth=4, alpha=0.5, solid_capstyle="butt")
        axes.plot(row[value], place, "o", color=colour)
    axes.set_yticks(range(len(table)), [str(name) for name in table.index])
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
