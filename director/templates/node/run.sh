#!/bin/bash
# Starts the bot from its own folder, where config.txt is. The first time, it fetches osc-min into
# node_modules here; `./run.sh --prepare` does only that.
cd "$(dirname "$0")" || exit 1

command -v node >/dev/null || { echo "node is missing: install Node.js 18 or later." >&2; exit 127; }
if [ ! -e node_modules/osc-min/package.json ]; then
  command -v npm >/dev/null || { echo "npm is missing: it comes with Node.js, or as the package npm." >&2; exit 127; }
  echo "the first start: fetching osc-min into node_modules …" >&2
  npm install --silent --no-audit --no-fund || {
    echo "osc-min could not be fetched: the first start needs the network. Try ./run.sh --prepare again." >&2
    exit 1
  }
fi
[ "$1" = --prepare ] && exit
[ "$1" = --test ] && exec node --test
exec node start.js "$@"
