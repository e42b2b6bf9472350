#!/bin/bash
# Starts the bot from its own folder, where config.txt is. Works without a screen and without sound.
cd "$(dirname "$0")" || exit 1

sclang=$(command -v sclang) || for sclang in /Applications/SuperCollider*.app/Contents/MacOS/sclang; do :; done
[ -x "$sclang" ] || {
  echo "sclang is missing: install SuperCollider (on Debian: supercollider-language supercollider-server)." >&2
  exit 127
}
# scsynth is to find a JACK server, not to start one.
export JACK_NO_START_SERVER=1
if [ "$(uname -s)" = Linux ]; then
  [ -n "$DISPLAY$WAYLAND_DISPLAY" ] || export QT_QPA_PLATFORM=offscreen
  [ "$(id -u)" -ne 0 ] || export QTWEBENGINE_DISABLE_SANDBOX=1
fi

# Leaves out what sclang says until it is ready, except errors.
quieter() {
  ready=false
  while IFS= read -r line; do
    case $line in
    *"Welcome to SuperCollider"*) ready=true ;;
    *ERROR*) printf '%s\n' "$line" ;;
    *) ! $ready || printf '%s\n' "$line" ;;
    esac
  done
}
exec "$sclang" -D "${1:-bot.scd}" > >(quieter >&2) 2>&1
