#!/bin/bash
# Plays the bot with a small director (test.pd), without a sound, and looks at what it says: ./test.sh
cd "$(dirname "$0")" || exit 1
command -v pd >/dev/null || { echo "pd is missing: install Pure Data (on Debian: puredata-core)." >&2; exit 127; }

copy=$(mktemp -d)
trap 'kill "$bot" "$director" 2>/dev/null; rm -rf "$copy"' EXIT
cp ./*.pd "$copy"
ours=$((20000 + RANDOM % 10000)) theirs=$((10000 + RANDOM % 5000))
printf 'id me\nmc_hostname localhost\nmc_listen_port %s\nmy_listen_port %s\noutput_channels 2\n' $ours $theirs \
  >"$copy/config.txt"
pd -nogui -noaudio -stderr -send "ports $ours $theirs" "$copy/test.pd" >"$copy/said" 2>&1 &
director=$!
pd -nogui -noaudio -stderr "$copy/bot.pd" >"$copy/log" 2>&1 &
bot=$!
(sleep 15; kill "$bot") >/dev/null 2>&1 &
wait "$bot"
code=$?

failures=0
check() { # WHAT CONDITION…
  what=$1
  shift
  if ! "$@"; then
    echo "FAILED: $what"
    failures=$((failures + 1))
  fi
}
said() { grep -qx "said: $1" "$copy/said"; }
silent() { ! said "$1"; }
check "it tells its chord at the bar line" said "notepool me 60 64 67"
check "every bar has its chord" said "notepool me 57 60 64"
check "alone it plays twelve notes of sixteen" said "hdensity me 0.75"
check "where others play much it plays little" said "hdensity me 0.1875"
check "when a chord is heard it tells none" silent "notepool me 55 59 62"
check "told off, it exits with 0" [ "$code" -eq 0 ]
if [ "$failures" -eq 0 ]; then
  echo "all passed"
else
  sed 's/^/  /' "$copy/said" "$copy/log"
  exit 1
fi
