#!/bin/sh
# Set up what `make run` or `make test` needs: setup.sh run|test PYTHON VENV
# Debian packages are installed where missing and allowed; else one line says which.
set -eu
goal=$1 python=$2 venv=$3

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Recoup needs Python 3.11 or newer as '$python'. Install it (Debian: python3), or say: make PYTHON=/path/to/python3.11" >&2
    exit 2
fi

missing=""
"$python" -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
ldconfig -p 2>/dev/null | grep -q 'libgomp\.so\.1' || missing="$missing libgomp1"
if [ "$goal" = test ]; then
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    command -v git >/dev/null 2>&1 || missing="$missing git"
    ldconfig -p 2>/dev/null | grep -q 'libatomic\.so\.1' || missing="$missing libatomic1"
    [ -n "$(find /usr/share/fonts -name '*.ttf' -print -quit 2>/dev/null)" ] || missing="$missing fonts-dejavu-core"
fi
if [ -n "$missing" ]; then
    as_root=""
    if [ "$(id -u)" -ne 0 ]; then as_root="sudo -n"; fi
    if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
        echo "Installing Debian packages:$missing"
        $as_root apt-get update -qq
        DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
    else
        echo "Please install these packages first, then say it again: sudo apt-get install$missing" >&2
        exit 2
    fi
fi

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
requirements=requirements.txt
if [ "$goal" = test ]; then requirements=requirements-dev.txt; fi
echo "Installing Python packages from $requirements (a few minutes the first time)"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements"
