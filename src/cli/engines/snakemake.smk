# Round {{ round }} of {{ name }} by Snakemake: {{ replications }} replications in {{ shards }} shards of about {{ about }}, then the merge.
# Written by rearguard {{ version }}. What is finished is not run again.
#
#   snakemake --cores all --keep-going --snakefile {{ script|sh }}
#
# A cluster: add `--executor slurm` or a profile; `--unlock` after a kill.
import os

workdir: {{ home|json }}
REARGUARD = os.environ.get("REARGUARD", {{ program|json }})
PLAN = {{ plan|json }}
DONE = os.path.join(PLAN, "round-{{ round }}.done").replace("{", "{% raw %}{{{% endraw %}").replace("}", "{% raw %}}}{% endraw %}")


rule merge:
    input: expand(DONE + "/{shard}", shard=range(1, {{ shards }} + 1))
    output: touch(DONE + "/merge")
    resources: mem_mb={{ merge_memory_mib }}
    shell: "{REARGUARD:q} merge --plan {PLAN:q}"


rule shard:
    output: touch(DONE + "/{shard,[0-9]+}")
    threads: {{ threads }}
    resources: mem_mb={{ memory_mib }}, runtime={{ minutes }}
    shell: "{REARGUARD:q} shard {PLAN:q} {wildcards.shard}/{{ shards }} --quiet"
