#!/bin/bash
# Tests the music, without a band and without a sound: ./test.sh
"$(dirname "$0")/run.sh" test.scd &
test=$!
# After a mistake in the text of a file, sclang would wait for ever.
(sleep 30; kill "$test") >/dev/null 2>&1 &
wait "$test"
