#!/bin/bash
# Tests the music, without a band: ./test.sh
exec "$(dirname "$0")/run.sh" --test
