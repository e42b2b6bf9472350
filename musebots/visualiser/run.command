#!/bin/bash
# Starts the bot from its own folder, where config.txt is: the program beside this file, else the
# one that was built in this checkout, else the one on PATH.
cd "$(dirname "$0")" || exit 1
for program in ./visualiser ../../target/release/visualiser ../../target/debug/visualiser; do
  [ -f "$program" ] && [ -x "$program" ] && exec "$program" "$@"
done
command -v visualiser >/dev/null && exec visualiser "$@"
echo "there is no program \`visualiser\`: build it with \`cargo build --release -p visualiser\`" >&2
exit 127
