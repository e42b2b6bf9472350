# What there is to do here; `just check` is what continuous integration runs.

# Format, lints, tests, documentation, licences.
check:
    ./scripts/test

# Lets a band play: `just play`, `just play swing --tempo 140`.
play *args:
    ./scripts/play {{args}}
