#!/bin/bash
# Starts the bot from its own folder, where config.txt is. The first time, it fetches osc-min into
# node_modules here; `./run.sh --prepare` does only that.
cd "$(dirname "$0")" || exit 1

command -v node >/dev/null || { echo "node is missing: install Node.js 18 or later." >&2; exit 127; }
if [ ! -e node_modules/osc-min/package.json ]; then
  command -v npm >/dev/null || { echo "npm is missing: it comes with Node.js, or as the package npm." >&2; exit 127; }
  echo "the first start: fetching osc-min into node_modules …" >&2
  fresh=$(mktemp -d .fresh-XXXXXX) || exit 1
  trap 'rm -rf "$fresh"' EXIT
  cp package*.json "$fresh"
  npm install --prefix "$fresh" --silent --no-audit --no-fund || {
    echo "osc-min could not be fetched: the first start needs the network. Try ./run.sh --prepare again." >&2
    exit 1
  }
  # In one step, because the bot may be started twice at once.
  [ -e node_modules ] || mv "$fresh/node_modules" "$fresh/package-lock.json" .
  rm -rf "$fresh"
fi
[ "$1" = --prepare ] && exit 0
[ "$1" = --test ] && exec node --test
exec node start.js "$@"
