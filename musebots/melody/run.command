#!/bin/bash
# Starts the bot from its own folder, where config.txt is: the program beside this file, else the
# one that was built in this checkout, else the one on PATH.
cd "$(dirname "$0")" || exit 1
for program in ./melody ../../target/release/melody ../../target/debug/melody; do
  [ -f "$program" ] && [ -x "$program" ] && exec "$program" "$@"
done
command -v melody >/dev/null && exec melody "$@"
echo "there is no program \`melody\`: build it with \`cargo build --release -p melody\`" >&2
exit 127
