#!/bin/bash
# Runs an experiment as a Slurm array. From the checkout, after `npm ci`, on a login node:
#
#     bash examples/slurm/experiment-array.sh
#
# It submits three jobs, each after the one before: the preparation, the array of shards, and the merge.

# ---- edit here: what each job may use (Slurm reads these lines only above the first command) ----
#SBATCH --job-name=flipside
#SBATCH --cpus-per-task=4
#SBATCH --mem=2G
#SBATCH --time=08:00:00
#SBATCH --output=flipside-%x-%j.log
# A job that is pushed aside starts again and goes on where its units stop.
#SBATCH --requeue

# ---- and what is run ----
EXPERIMENT=A
MODEL=public/models/smollm2-135m-instruct-q4
OUT=runs/A
SHARDS=8
# -------------------------

set -euo pipefail
read -r -a flipside <<<"${FLIPSIDE:-npm run -s flipside --}"

case "${1:-submit}" in
  submit)
    prepare=$(sbatch --parsable --job-name=prepare "$0" prepare)
    # On several clusters Slurm answers `id;cluster`.
    array=$(sbatch --parsable --job-name=shards --array="1-$SHARDS" --dependency="afterok:${prepare%%;*}" --kill-on-invalid-dep=yes "$0" shard)
    merge=$(sbatch --parsable --job-name=merge --dependency="afterok:${array%%;*}" --kill-on-invalid-dep=yes "$0" merge)
    echo "Submitted: preparation ${prepare%%;*}, shards ${array%%;*}, merge ${merge%%;*}. The result will lie in $OUT/whole."
    ;;
  prepare)
    "${flipside[@]}" experiment "$EXPERIMENT" --model "$MODEL" --out "$OUT/prepared" --prepare
    ;;
  shard)
    # Not SLURM_ARRAY_TASK_COUNT: where one shard of eight is submitted again by itself, that is 1.
    if ((SLURM_ARRAY_TASK_ID < 1 || SLURM_ARRAY_TASK_ID > SHARDS)); then
      echo "There is no shard $SLURM_ARRAY_TASK_ID of $SHARDS: the array must be 1-$SHARDS." >&2
      exit 2
    fi
    "${flipside[@]}" experiment "$EXPERIMENT" --model "$MODEL" --out "$OUT/shard-$SLURM_ARRAY_TASK_ID" --shard "$SLURM_ARRAY_TASK_ID/$SHARDS" --prepared "$OUT/prepared/prepared.json"
    ;;
  merge)
    shards=()
    for ((shard = 1; shard <= SHARDS; shard += 1)); do shards+=("$OUT/shard-$shard"); done
    "${flipside[@]}" merge --out "$OUT/whole" "${shards[@]}"
    ;;
  *)
    echo "$1 is no step: submit, prepare, shard, merge." >&2
    exit 2
    ;;
esac
