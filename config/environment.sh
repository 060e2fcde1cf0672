#!/usr/bin/env bash
# Makes the environment in the folder $1 from the lock files, every package checked by its hash.
# uv is tried first, because it takes seconds; pip knows mirrors that uv is not told of, so it is the way back.
set -euo pipefail

venv=$1
python=${PYTHON:-python3}
locks=(-r requirements-dev.txt -r requirements-uv.txt)
log=$venv/environment.log

refuse() {
    echo "make env: $1" >&2
    exit 1
}

command -v "$python" >/dev/null || refuse "no program '$python' was found; install Python 3.11 or newer, or say PYTHON=/path/to/python3."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    refuse "'$python' is $("$python" --version 2>&1); Python 3.11 or newer is needed, say PYTHON=/path/to/python3."
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    refuse "this Python cannot make environments; on Debian and Ubuntu: apt install python3-venv."

started=$SECONDS
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    "$python" -m venv --clear "$venv" || refuse "the environment could not be made in $venv; is the disk full or the folder not yours?"
fi

install_with_pip() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes "$@" >>"$log" 2>&1
}

install_with_uv() {
    install_with_pip -r requirements-uv.txt &&
        UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-60} VIRTUAL_ENV=$venv "$venv/bin/uv" pip sync --quiet --require-hashes \
            requirements-dev.txt requirements-uv.txt >>"$log" 2>&1
}

: >"$log" 2>/dev/null || refuse "nothing can be written in $venv; is the disk full or the folder not yours?"
if install_with_uv; then
    installer=uv
elif "$venv/bin/python" -m ensurepip >>"$log" 2>&1 && install_with_pip "${locks[@]}"; then
    installer=pip
else
    tail -n 20 "$log" >&2
    refuse "the packages could not be installed (see above and $log)."
fi

touch "$venv/.locked"
echo "The environment is ready in $venv ($installer, $((SECONDS - started)) s)."
