#!/bin/bash
# Starts the bot from its own folder, where config.txt is: the program beside this file, else the
# one that was built in this checkout, else the one on PATH.
cd "$(dirname "$0")" || exit 1
for program in ./drums ../../target/release/drums ../../target/debug/drums; do
  [ -f "$program" ] && [ -x "$program" ] && exec "$program" "$@"
done
command -v drums >/dev/null && exec drums "$@"
echo "there is no program \`drums\`: build it with \`cargo build --release -p drums\`" >&2
exit 127
