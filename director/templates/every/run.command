#!/bin/bash
# What other conductors call.
exec "$(dirname "$0")/run.sh" "$@"
