#!/usr/bin/env bash
# Runs the end-to-end tests (build tag e2e) against moto, an independent emulator
# of Parameter Store and Secrets Manager, on a free loopback port. Needs python3
# with venv and ensurepip; the first run installs moto into a virtual environment
# that later runs reuse (SSMCACHE_VENV, by default .ci/venv, which git ignores).
# Arguments go to "go test".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly moto_version=5.2.5
readonly ready_seconds=60
venv=${SSMCACHE_VENV:-.ci/venv}
python="$venv/bin/python"

fail() {
	echo "e2e: $*" >&2
	exit 1
}

installed() {
	[[ -x $python ]] && "$python" - "$moto_version" 2>/dev/null <<'PY'
import importlib.metadata, sys
import flask, moto.server  # the server's extra is there too
sys.exit(importlib.metadata.version("moto") != sys.argv[1])
PY
}

install() {
	command -v python3 >/dev/null || fail "python3 is not installed"
	python3 -c 'import venv, ensurepip' 2>/dev/null ||
		fail "python3 has no venv or no ensurepip module (Debian and Ubuntu have them in the package python3-venv)"
	echo "e2e: installing moto $moto_version into $venv" >&2
	python3 -m venv --clear "$venv" || fail "no virtual environment could be made in $venv"
	"$python" -m pip install --quiet "moto[server]==$moto_version" || fail "pip could not install moto $moto_version"
	installed || fail "moto $moto_version does not import"
}

installed || install

work=$(mktemp -d)
server=
cleanup() {
	if [[ -n $server ]]; then
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
	fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Port 0: the system picks a free one, and the server's log says which.
"$python" -m moto.server -H 127.0.0.1 -p 0 >"$work/moto.log" 2>&1 &
server=$!

endpoint=
for ((tenth = 0; tenth < ready_seconds * 10; tenth++)); do
	endpoint=$(sed -n 's/.*Running on \(http:[^ ]*[0-9]\).*/\1/p' "$work/moto.log" | head -n 1)
	[[ -n $endpoint ]] && break
	kill -0 "$server" 2>/dev/null || break
	sleep 0.1
done
if [[ -z $endpoint ]]; then
	cat "$work/moto.log" >&2
	fail "moto did not start within $ready_seconds s"
fi
echo "e2e: moto $moto_version at $endpoint" >&2

export AWS_ENDPOINT_URL_SSM=$endpoint
export AWS_ENDPOINT_URL_SECRETS_MANAGER=$endpoint
export AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=e2e AWS_SECRET_ACCESS_KEY=e2e
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_EC2_METADATA_DISABLED=true
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL

packages=()
for package in fetch/ssmtest registry; do
	if [[ -e $package/e2e_test.go ]]; then
		packages+=("./$package/")
	fi
done
"${GO:-go}" test -tags e2e -count=1 -run '^TestE2E' "$@" "${packages[@]}"
