#!/bin/bash
# Starts the bot from its own folder, where config.txt is. Builds it first where something of it is new,
# which takes a while the first time; `./run.sh --prepare` does only that, and always.
# With BUILD=dev it is built faster and runs slower.
cd "$(dirname "$0")" || exit 1

command -v cargo >/dev/null || { echo "cargo is missing: install Rust from https://rustup.rs." >&2; exit 127; }
if [ "$BUILD" = dev ]; then
  profile=dev built=debug
else
  profile=release built=release
fi
# What the kit needs has been built where its checkout is built, and need not be built again.
shared={{target}}
if [ -z "$CARGO_TARGET_DIR" ] && [ -w "$shared" ]; then
  export CARGO_TARGET_DIR="$shared"
fi
[ "$1" = --test ] && exec cargo test --quiet --profile "$profile"
program="target/bot-$built"
# By what is in the files, not by their dates: a copy of the folder need not be built again.
sources=$(find Cargo.toml src -type f -exec cksum {} + | sort | cksum)
if [ "$1" = --prepare ] || [ ! -x "$program" ] || [ "$(cat "$program.sources" 2>/dev/null)" != "$sources" ]; then
  echo "Building {{name}}: the first time takes up to a minute." >&2
  cargo build --quiet --profile "$profile" || exit 1
  # Its own copy: another bot of this name may be built in the same place.
  mkdir -p target && cp "${CARGO_TARGET_DIR:-target}/$built/{{package}}" "$program.new" && mv "$program.new" "$program" || exit 1
  printf '%s\n' "$sources" >"$program.sources"
fi
[ "$1" = --prepare ] && exit 0
exec "$program" "$@"
