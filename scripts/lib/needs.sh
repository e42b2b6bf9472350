# shellcheck shell=bash
# What the machine must have before anything can be built: installs it where that is allowed, else
# names it. Sourced by play and test; written for bash 3.2, which is what macOS has.

say() { printf '%s\n' "$*" >&2; }

# The Rust toolchain is the one thing that is not installed here.
need_rust() {
    if ! command -v cargo >/dev/null 2>&1; then
        say "cargo is missing: install a Rust toolchain from https://rustup.rs, then run this again."
        return 1
    fi
}

# A linker, and on Linux the headers of ALSA and JACK, without which sound cannot be built.
need_to_build() {
    case "$(uname -s)" in
    Darwin)
        if ! xcode-select -p >/dev/null 2>&1; then
            say "The command line tools are missing: run \`xcode-select --install\`, then run this again."
            return 1
        fi
        ;;
    Linux)
        local missing=""
        command -v cc >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
        command -v pkg-config >/dev/null 2>&1 || missing="$missing pkg-config"
        # Without pkg-config nobody can say whether the headers are there.
        pkg-config --exists alsa 2>/dev/null || missing="$missing libasound2-dev"
        # Only to build: where no JACK is installed, the programs run without.
        pkg-config --exists jack 2>/dev/null || missing="$missing libjack-jackd2-dev"
        [ -z "$missing" ] || install_packages "$missing"
        ;;
    esac
}

# A sound server that needs no hardware, for the one test that records the band. Never fatal.
want_sound_server() {
    [ "$(uname -s)" = Linux ] || return 1
    if command -v pulseaudio >/dev/null 2>&1 && command -v parec >/dev/null 2>&1 && has_alsa_pulse; then
        return 0
    fi
    install_packages " pulseaudio pulseaudio-utils libasound2-plugins"
}

# The languages that new bots are written in, for the tests that play them. Never fatal, and never asks:
# what cannot be had, those tests leave out.
want_languages() {
    [ "$(uname -s)" = Linux ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
    local missing="" package
    command -v python3 >/dev/null 2>&1 || missing="$missing python3"
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || missing="$missing python3-venv"
    command -v node >/dev/null 2>&1 || missing="$missing nodejs"
    command -v npm >/dev/null 2>&1 || missing="$missing npm"
    command -v sclang >/dev/null 2>&1 || missing="$missing supercollider-language"
    command -v scsynth >/dev/null 2>&1 || missing="$missing supercollider-server"
    command -v pd >/dev/null 2>&1 || missing="$missing puredata-core"
    # What the last two sound through, here without hardware.
    command -v jackd >/dev/null 2>&1 || missing="$missing jackd2"
    if [ -n "$missing" ] && ! install_packages "$missing"; then
        # One that this distribution does not know keeps none of the others out.
        for package in $missing; do
            install_packages "$package" || say "without $package"
        done
    fi
}

# A browser, for the tests that look at the visualiser's page, and what films and cameras need. Never fatal, and
# never asks: what cannot be had, those tests leave out.
want_pictures() {
    [ "$(uname -s)" = Linux ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
    # Ubuntu has programs of these names that do no more than name a snap.
    if ! chromium --version >/dev/null 2>&1 && ! chromium-browser --version >/dev/null 2>&1 &&
        ! google-chrome --version >/dev/null 2>&1; then
        install_packages " chromium" || say "without chromium"
    fi
    command -v ffmpeg >/dev/null 2>&1 || install_packages " ffmpeg" || say "without ffmpeg"
}

# A server that carries MIDI and needs no hardware, with its tools. Never fatal.
want_jack() {
    [ "$(uname -s)" = Linux ] || return 1
    # A plugin that delays, for the test of `director calibrate`.
    [ -e /usr/lib/ladspa/delay_1898.so ] || install_packages " swh-plugins" || true
    if command -v jackd >/dev/null 2>&1 && command -v jack_midi_dump >/dev/null 2>&1; then
        return 0
    fi
    install_packages " jackd2"
}

# An emulated machine, for the kernel's own MIDI. Never fatal.
want_emulator() {
    [ "$(uname -s)" = Linux ] && command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || return 1
    local missing=""
    command -v qemu-system-x86_64 >/dev/null 2>&1 || missing="$missing qemu-system-x86"
    command -v busybox >/dev/null 2>&1 || missing="$missing busybox-static"
    command -v cpio >/dev/null 2>&1 || missing="$missing cpio"
    command -v modprobe >/dev/null 2>&1 && command -v depmod >/dev/null 2>&1 || missing="$missing kmod"
    [ -z "$missing" ] || install_packages "$missing"
}

# ALSA's bridge to PulseAudio, wherever this distribution keeps it.
has_alsa_pulse() {
    local plugin
    for plugin in /usr/lib/*/alsa-lib/libasound_module_pcm_pulse.so /usr/lib*/alsa-lib/libasound_module_pcm_pulse.so; do
        [ -e "$plugin" ] && return 0
    done
    return 1
}

# Installs Debian packages: as root at once, by sudo when somebody is there to agree to it.
install_packages() {
    local packages="${1# }" answer
    if ! command -v apt-get >/dev/null 2>&1; then
        say "Missing, under its Debian name: $packages. Install what your distribution calls it, then run this again."
        return 1
    fi
    local line="apt-get install --yes --no-install-recommends $packages"
    if [ "$(id -u)" -eq 0 ]; then
        say "Installing $packages"
        apt_get "" "$packages"
        return
    fi
    if [ -t 0 ] && command -v sudo >/dev/null 2>&1; then
        printf 'Missing: %s. Install with sudo apt-get? [Y/n] ' "$packages" >&2
        read -r answer
        case "$answer" in
        "" | y | Y | yes)
            apt_get sudo "$packages"
            return
            ;;
        esac
    fi
    say "Missing: $packages. Run this, then run the script again:"
    say "    sudo $line"
    return 1
}

# apt_get SUDO PACKAGES
apt_get() {
    local words
    # The names hold no spaces or patterns; splitting them is what is wanted.
    read -r -a words <<<"$2"
    # A fresh image has no package lists, an old one has stale ones; a failed refresh may still do.
    $1 apt-get update -qq </dev/null || say "apt-get update failed; trying with the lists that are there."
    $1 env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends -qq "${words[@]}" </dev/null >&2
}
