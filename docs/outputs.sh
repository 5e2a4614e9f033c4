#!/usr/bin/env bash
# Writes anew what the pages show a command printing, or checks it.
#   docs/outputs.sh PROGRAM           rewrites the blocks in README.md and docs/*.md
#   docs/outputs.sh PROGRAM --check   changes nothing; shows the difference and fails if there is one
# A block is a mark on a line of its own and the fenced lines below it:
#   <!-- output of: weft yield ascend_910c | pick '/^Dies/,/^Packages/' -->
# The command runs in a folder of its own that has configs/ and docs/, so what it writes is gone
# afterwards. A fence without a language begins with the command as a user types it: what stands
# before " | pick", " 2>&1" or " || true".
set -euo pipefail

self=$(readlink -f -- "${BASH_SOURCE[0]}")
root=${self%/*/*}
program=$(readlink -f -- "${1:?usage: docs/outputs.sh PROGRAM [--check]}")
check=${2-}
mark='<!-- output of: '
fence=$'\140\140\140'

scratch=$(mktemp -d)
export scratch
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/in" "$scratch/out"
ln -s "$program" "$scratch/bin/weft"
ln -s "$root/configs" "$root/docs" "$scratch/in"

# shellcheck disable=SC2317 # called by the commands of the marks
# PART...: the lines that these addresses of sed select, "..." where others are left out.
pick() {
  local text=$scratch/picked part
  cat >"$text"
  for part; do sed -n "$part=" "$text"; done | sort -nu |
    awk 'FNR == NR { wanted[$1]; next }
      FNR in wanted { if (!inside && FNR > 1) print "..."; print; inside = 1; next }
      { inside = 0 }
      END { if (!inside) print "..." }' - "$text"
}
export -f pick

# COMMAND: what it prints, into the file named by its checksum.
output() {
  local to
  to=$scratch/out/$(cksum <<<"$1" | tr -dc 0-9)
  if [[ ! -e $to ]]; then
    (cd "$scratch/in" && PATH=$scratch/bin:$PATH WEFT_CONFIGS=$root/configs LC_ALL=C.UTF-8 \
      bash -c "$1" </dev/null) >"$to.tmp" || return 1
    [[ -s $to.tmp ]] || return 1
    sed 's/ *$//' "$to.tmp" >"$to"
  fi
  cat "$to"
}

# COMMAND LANGUAGE
block() {
  local typed
  typed=${1%%' | pick'*} typed=${typed%%' 2>&1'*} typed=${typed%%' || true'*}
  if [[ -z $2 ]]; then printf '$ %s\n' "$typed"; fi
  output "$1"
}

# PAGE: as it should be.
rewritten() {
  local line command='' inside=0
  while IFS= read -r line; do
    if ((inside)); then
      if [[ $line == "$fence" ]]; then inside=0 && printf '%s\n' "$line"; fi
      continue
    fi
    printf '%s\n' "$line"
    if [[ -n $command ]]; then
      [[ $line == "$fence"* ]] || { echo "$1: no fence below the mark of: $command" >&2; return 1; }
      block "$command" "${line#"$fence"}" || { echo "$1: failed: $command" >&2; return 1; }
      inside=1 command=''
    elif [[ $line == "$mark"* ]]; then
      command=${line#"$mark"} command=${command%' -->'}
    fi
  done <"$1"
  ((!inside)) || { echo "$1: a fence has no end" >&2; return 1; }
}

# PAGE: names the files that it links to, or names in back quotes, and that are not there.
lost() {
  local name
  # shellcheck disable=SC2016 # back quotes as they stand in a page
  { grep -oE '\]\([^)#:]+|`(core|chips|interconnect|configs|tests|bench|docs|cmake)/[A-Za-z0-9_./]+`' \
    "$1" || true; } | sed -E 's/^\]\(//; t; s/`//g; s/^/\//' | sort -u |
    while IFS= read -r name; do
      if [[ $name == /* ]]; then name=$root$name; else name=${1%/*}/$name; fi
      [[ -e $name ]] || printf '%s: there is no %s\n' "${1#"$root"/}" "$name"
    done
}

stale=0
for page in "$root"/README.md "$root"/docs/*.md; do
  lost "$page" | sed "s#$root/##" | { ! grep . >&2; } || stale=1
  rewritten "$page" >"$scratch/page" || { stale=1 && continue; }
  if [[ $check == --check ]]; then
    diff -u --label "${page#"$root"/}" --label "as printed" "$page" "$scratch/page" || stale=1
  elif ! cmp -s "$page" "$scratch/page"; then
    cat "$scratch/page" >"$page"
  fi
done
exit "$stale"
