#!/usr/bin/env bash
# Restores with a thaw in between: one array asks for the thaws and restores what can be read, and a second array, which
# waits for the first, restores the rest when the thaw is over. docs/guide/slurm.md explains it.
#
# usage: TASKS=8 s3compress-restore.sh --bucket SOURCE --arch-bucket ARCHIVE --years 2018 [FLAG of restore]...
#
# THAW_HOURS is what the slowest class takes at the tier that is asked for (default 12: GLACIER in bulk; 48 for
# DEEP_ARCHIVE in bulk). What is still frozen then is tried again every THAW_HOURS. Prints the ids of the two jobs.
set -euo pipefail
: "${TASKS:?set TASKS: the number of tasks of each array}"
export TASKS THAW_HOURS=${THAW_HOURS:-12}
script=$(dirname -- "${BASH_SOURCE[0]}")/s3compress-array.sbatch

# The first array must not submit its tasks again by itself: the second one does what they leave.
first=$(THAW_LATER=yes sbatch --parsable --job-name=s3compress-thaw --array="0-$((TASKS - 1))" "$script" restore --yes "$@")
second=$(sbatch --parsable --job-name=s3compress-restore --array="0-$((TASKS - 1))" --dependency="afterany:$first" \
  --begin="now+${THAW_HOURS}hours" "$script" restore --yes "$@")
echo "$first $second"
