#!/bin/sh
# Round {{ round }} of {{ name }} by GNU parallel: {{ replications }} replications in {{ shards }} shards of about {{ about }}, then the merge.
# Written by rearguard {{ version }}. What is finished is not run again.
#
#   sh {{ script|sh }}          runs all shards and merges them
#   sh {{ script|sh }} 3 7      runs these, and merges
#
# JOBS: how many at a time, as for `parallel --jobs`. Several machines that share this folder: PARALLEL="--sshloginfile FILE".
set -u
cd {{ home|sh }} || exit 4
rearguard=${REARGUARD:-{{ program|sh }}}
command -v parallel > /dev/null || { echo "there is no GNU parallel: install it" >&2; exit 4; }

[ $# -gt 0 ] || set -- $(seq {{ shards }})
parallel --quote --jobs "${JOBS:-{{ percent }}%}" --workdir . --joblog {{ (plan ~ "/round-" ~ round ~ ".jobs")|sh }} \
    "$rearguard" shard {{ plan|sh }} '{}/{{ shards }}' --quiet ::: "$@"
# It says what is missing, if something failed.
exec "$rearguard" merge --plan {{ plan|sh }}
