#!/bin/bash
# Starts the bot from its own folder, where config.txt is: the program beside this file, else the
# one that was built in this checkout, else the one on PATH.
cd "$(dirname "$0")" || exit 1
for program in ./name-voice ../../target/release/name-voice ../../target/debug/name-voice; do
  [ -f "$program" ] && [ -x "$program" ] && exec "$program" "$@"
done
command -v name-voice >/dev/null && exec name-voice "$@"
echo "there is no program \`name-voice\`: build it with \`cargo build --release -p name-voice\`" >&2
exit 127
