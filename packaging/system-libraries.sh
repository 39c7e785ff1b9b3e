#!/usr/bin/env bash
# Installs, on Debian and Ubuntu, the system libraries that the window (Qt) needs: only those that are missing,
# with sudo where not root. Elsewhere, or where it may not install, it says what is missing and goes on:
# the command line works without them.
set -euo pipefail

PYTHON=${PYTHON:-python3}
[ "$(uname -s)" = Linux ] || exit 0

# What Qt loads -> the package that brings it.
libraries="
libEGL.so.1               libegl1
libGL.so.1                libgl1
libglib-2.0.so.0          libglib2.0-0
libdbus-1.so.3            libdbus-1-3
libfontconfig.so.1        libfontconfig1
libX11-xcb.so.1           libx11-xcb1
libxkbcommon.so.0         libxkbcommon0
libxkbcommon-x11.so.0     libxkbcommon-x11-0
libxcb-cursor.so.0        libxcb-cursor0
libxcb-icccm.so.4         libxcb-icccm4
libxcb-image.so.0         libxcb-image0
libxcb-keysyms.so.1       libxcb-keysyms1
libxcb-randr.so.0         libxcb-randr0
libxcb-render.so.0        libxcb-render0
libxcb-render-util.so.0   libxcb-render-util0
libxcb-shape.so.0         libxcb-shape0
libxcb-shm.so.0           libxcb-shm0
libxcb-sync.so.1          libxcb-sync1
libxcb-xfixes.so.0        libxcb-xfixes0
libxcb-xkb.so.1           libxcb-xkb1
"

known=$({ ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null || true)
missing=()
while read -r library package; do
    [ -z "$library" ] || grep -qF "$library " <<<"$known" || missing+=("$package")
done <<<"$libraries"
if ! command -v "$PYTHON" >/dev/null; then
    missing+=(python3 python3-venv)
elif ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
    missing+=(python3-venv)
fi

if ! command -v fc-list >/dev/null || ! fc-list 2>/dev/null | grep -q .; then
    echo "Recommended, not required: a font package, say fonts-noto-core and fonts-noto-cjk, so that every script can be read."
fi
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Not a Debian or Ubuntu system: install what these packages hold by your own means: ${missing[*]}" >&2
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "Missing system packages, and no sudo to install them with. As root: apt-get install ${missing[*]}" >&2
        exit 0
    fi
    as_root=(sudo)
    [ -t 0 ] || as_root=(sudo -n)
fi

echo "Installing system packages that the window needs: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
install() { "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }
if ! { "${as_root[@]}" apt-get update -qq && install; }; then
    echo "apt-get could not install them; the command line works all the same. By hand: apt-get install ${missing[*]}" >&2
fi
