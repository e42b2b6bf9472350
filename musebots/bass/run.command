#!/bin/bash
# Starts the bot from its own folder, where config.txt is: the program beside this file, else the
# one that was built in this checkout, else the one on PATH.
cd "$(dirname "$0")" || exit 1
for program in ./bass ../../target/release/bass ../../target/debug/bass; do
  [ -f "$program" ] && [ -x "$program" ] && exec "$program" "$@"
done
command -v bass >/dev/null && exec bass "$@"
echo "there is no program \`bass\`: build it with \`cargo build --release -p bass\`" >&2
exit 127
