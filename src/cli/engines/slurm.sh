#!/bin/sh
# Round {{ round }} of {{ name }} on Slurm: {{ replications }} replications in {{ shards }} shards of about {{ about }}, and the merge after
# them, whether they succeed or not: it says what is missing. Written by rearguard {{ version }}.
#
#   sh {{ script|sh }}            submits the shards and the merge
#   sh {{ script|sh }} 3,7-9      submits these shards again, and the merge
#
# A partition, an account and the like: set SBATCH_PARTITION, SBATCH_ACCOUNT, ... Nodes must share this folder.
set -eu
cd {{ home|sh }}

shards=$(sbatch --parsable --job-name={{ name }} --array="${1:-1-{{ shards }}}" --cpus-per-task={{ threads }} \
    --mem={{ memory_mib }}M --time={{ minutes }} --output={{ (plan ~ "/round-" ~ round ~ "-shard-%a.log")|sh }} << 'END'
#!/bin/sh
rearguard=${REARGUARD:-{{ program|sh }}}
exec "$rearguard" shard {{ plan|sh }} "$SLURM_ARRAY_TASK_ID/{{ shards }}" --quiet
END
)

merge=$(sbatch --parsable --job-name={{ name }}-merge --dependency="afterany:$shards" \
    --mem={{ merge_memory_mib }}M --output={{ (plan ~ "/round-" ~ round ~ "-merge.log")|sh }} << 'END'
#!/bin/sh
rearguard=${REARGUARD:-{{ program|sh }}}
exec "$rearguard" merge --plan {{ plan|sh }}
END
)

echo "submitted: shards as job $shards, the merge as job $merge; it writes to" {{ (plan ~ "/round-" ~ round ~ "-merge.log")|sh }}
