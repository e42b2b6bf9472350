#!/bin/bash
# Starts the bot from its own folder, where config.txt is: the program beside this file, else the
# one that was built in this checkout, else the one on PATH.
cd "$(dirname "$0")" || exit 1
for program in ./text-voice ../../target/release/text-voice ../../target/debug/text-voice; do
  [ -f "$program" ] && [ -x "$program" ] && exec "$program" "$@"
done
command -v text-voice >/dev/null && exec text-voice "$@"
echo "there is no program \`text-voice\`: build it with \`cargo build --release -p text-voice\`" >&2
exit 127
