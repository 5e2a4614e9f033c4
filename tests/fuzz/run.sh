#!/usr/bin/env bash
# Runs the fuzz targets that BUILD (preset "fuzz") holds, each for SECONDS, two at a time; what they
# find is kept for the next time.
#   tests/fuzz/run.sh BUILD SECONDS [TARGET...]
# Prints a line for each target. Fails when one crashed, hung, leaked or ate memory; the input lies
# in BUILD/fuzz then.
set -euo pipefail
here=$(cd "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=${here%/*/*}
build=$1 seconds=$2
shift 2
targets=("$@")
((${#targets[@]})) || targets=(kinds quantity document hugging_face launch runs graph chakra)
work=$build/fuzz
mkdir -p "$work"

# Words that readers know: keys of the schemas, units, flags.
# shellcheck disable=SC2016 # they are to stay as they are
words() {
  {
    grep -ohE '"[A-Za-z_0-9]{2,}"' "$root"/configs/schemas/*.json | tr -d '"'
    grep -rohE -- '--[a-z][a-z-]+' "$root"/tests/core/import/scripts
    grep -ohE '"[a-z_]+"' "$root"/tests/core/import/models/*.json | tr -d '"'
    printf '%s\n' TFLOP/s GB/s TB/s GiB kW mm2 'CNY/kWh' FIT '%' us Gbit/s MUSD '1e308' '-1' \
      extends: mode: low: high: source: 'kind: study' auto '${1:-2}' '$((' 'for i in' 'done' 'fi'
  } | sort -u | sed 's/["\\]//g; s/.*/"&"/'
}
words >"$work/words.dict"

seeds_of() {
  case $1 in
    kinds | document) echo "$root/configs" ;;
    hugging_face) echo "$root/tests/core/import/models" ;;
    launch) echo "$root/tests/core/import/scripts" ;;
    runs) echo "$root/configs/validation" ;;
    graph) echo "$root/tests/interconnect/files" ;;
  esac
  if [[ -d $here/seeds/$1 ]]; then echo "$here/seeds/$1"; fi
}

# TARGET
run_target() {
  local log=$work/$1.log seeds status=0
  mapfile -t seeds < <(seeds_of "$1")
  mkdir -p "$work/$1"
  OMP_NUM_THREADS=1 "$build/tests/fuzz/fuzz_$1" "$work/$1" "${seeds[@]}" \
    -dict="$work/words.dict" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -malloc_limit_mb=1024 -max_len=32768 -print_final_stats=1 -artifact_prefix="$work/found_$1_" \
    >"$log" 2>&1 || status=$?
  printf '%-13s %9s inputs  %5s features  %s\n' "$1" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
    "$(grep -oE 'ft: [0-9]+' "$log" | tail -n 1 | tr -dc 0-9)" \
    "$( ((status)) && echo "FAILED: $(grep -m1 -E 'ERROR|SUMMARY' "$log")" || echo 'nothing found')"
  return "$status"
}

export -f run_target seeds_of
export work here root build seconds
# shellcheck disable=SC2016 # the inner shell expands it
printf '%s\n' "${targets[@]}" | xargs -n 1 -P 2 bash -c 'run_target "$1"' run_target
