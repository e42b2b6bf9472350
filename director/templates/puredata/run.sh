#!/bin/bash
# Starts the bot from its own folder, where config.txt is: through JACK where it runs, else through
# what Pd takes by itself. Without sound the bot plays on in silence.
cd "$(dirname "$0")" || exit 1

pd=$(command -v pd) || for pd in /Applications/Pd-*.app/Contents/Resources/bin/pd; do :; done
[ -x "$pd" ] || { echo "pd is missing: install Pure Data (on Debian: puredata-core)." >&2; exit 127; }
[ "$1" = --edit ] && exec "$pd" bot.pd
sound=(-noadc)
if command -v jack_lsp >/dev/null && JACK_NO_START_SERVER=1 jack_lsp >/dev/null 2>&1; then
  # In JACK it goes by its id.
  sound+=(-jack -jackname "$(awk '$1 == "id" { print $2; exit }' config.txt)")
fi
exec "$pd" -nogui -stderr -audiobuf 20 "${sound[@]}" bot.pd
