#!/bin/bash
# Starts the bot from its own folder, where config.txt is. The first time, it fetches python-osc
# into .venv here; `./run.sh --prepare` does only that.
cd "$(dirname "$0")" || exit 1

if .venv/bin/python -c 'import pythonosc' 2>/dev/null; then
  python=.venv/bin/python
elif python3 -c 'import pythonosc' 2>/dev/null; then
  python=python3
else
  command -v python3 >/dev/null || { echo "python3 is missing: install Python 3.10 or later." >&2; exit 127; }
  echo "the first start: fetching python-osc into .venv …" >&2
  fresh=$(mktemp -d .venv-XXXXXX) || exit 1
  trap 'rm -rf "$fresh"' EXIT
  python3 -m venv "$fresh" || {
    echo "no virtual environment could be made: install python3-venv (that is its name on Debian)." >&2
    exit 1
  }
  "$fresh/bin/python" -m pip install --quiet --disable-pip-version-check --requirement requirements.txt || {
    echo "python-osc could not be fetched: the first start needs the network. Try ./run.sh --prepare again." >&2
    exit 1
  }
  # In one step, because the bot may be started twice at once.
  [ -e .venv/bin/python ] || { rm -rf .venv && mv "$fresh" .venv; }
  rm -rf "$fresh"
  python=.venv/bin/python
fi
[ "$1" = --prepare ] && exit 0
export PYTHONDONTWRITEBYTECODE=1
[ "$1" = --test ] && exec "$python" -m unittest --quiet
exec "$python" bot.py "$@"
