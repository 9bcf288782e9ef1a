#!/usr/bin/env bash
# Runs the example on a PostgreSQL of its own: Debian's, on a free loopback port,
# passwords by scram-sha-256, data in a temporary folder. Arguments go to the
# example. Whatever happens, the server is stopped and the folder removed. Where
# PostgreSQL is missing it is installed: as root, or by sudo. As root, the server
# runs as the user postgres, because it refuses to run as root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
	echo "dbrotation: $*" >&2
	exit 1
}

# Debian keeps the server's programs off the PATH, one folder for each version.
newest_bin() { { compgen -G '/usr/lib/postgresql/*/bin/initdb' || true; } | sort -V | tail -n 1 | xargs -r dirname; }

# The common package comes first, so that no server of the system's is created.
install() {
	local as_root=(env DEBIAN_FRONTEND=noninteractive)
	if [[ $(id -u) != 0 ]]; then as_root=(sudo -n "${as_root[@]}"); fi
	echo "dbrotation: installing PostgreSQL" >&2
	"${as_root[@]}" apt-get update -qq &&
		"${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql-common &&
		"${as_root[@]}" sed -i "s/^#* *create_main_cluster *=.*/create_main_cluster = false/" /etc/postgresql-common/createcluster.conf &&
		"${as_root[@]}" apt-get install -y -qq --no-install-recommends postgresql
}

bin=$(newest_bin)
if [[ -z $bin ]]; then
	install >&2 || fail "PostgreSQL is not installed (Debian has it in the package postgresql)"
	bin=$(newest_bin)
	[[ -n $bin ]] || fail "the package postgresql has brought no server"
fi

# server PROGRAM [ARGUMENT...] runs a program of PostgreSQL's as who may run it.
server() {
	local program=$bin/$1
	shift
	if [[ $(id -u) == 0 ]]; then
		(cd / && setpriv --reuid=postgres --regid=postgres --init-groups -- "$program" "$@")
	else
		"$program" "$@"
	fi
}

work=$(mktemp -d)
example=
cleanup() {
	if [[ -n $example ]]; then
		kill "$example" 2>/dev/null || true
		wait "$example" 2>/dev/null || true
	fi
	if [[ -e $work/data/postmaster.pid ]]; then
		server pg_ctl -D "$work/data" -m immediate -w stop >/dev/null || echo "dbrotation: the server does not stop" >&2
	fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

CGO_ENABLED=0 "${GO:-go}" build -buildvcs=false -o "$work/dbrotation" .

PGPASSWORD=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && echo "$PGPASSWORD" >"$work/password")
if [[ $(id -u) == 0 ]]; then chown -R postgres: "$work"; fi
server initdb -D "$work/data" -U postgres --auth=scram-sha-256 --pwfile="$work/password" \
	--encoding=UTF8 --locale=C --no-sync >"$work/initdb.log" 2>&1 || {
	cat "$work/initdb.log" >&2
	fail "initdb failed"
}

# A server cannot be told to take a free port: if one is taken, try another.
started=
for _ in 1 2 3 4 5; do
	PGPORT=$((20000 + RANDOM % 10000))
	if server pg_ctl -D "$work/data" -w -l "$work/data/log" \
		-o "-c listen_addresses=127.0.0.1 -p $PGPORT -c unix_socket_directories='' -c max_connections=200 -c fsync=off" start >/dev/null 2>&1; then
		started=yes
		break
	fi
done
if [[ -z $started ]]; then
	cat "$work/data/log" >&2 || true
	fail "PostgreSQL did not start"
fi

export PGHOST=127.0.0.1 PGPORT PGDATABASE=postgres PGUSER=postgres PGPASSWORD PGSSLMODE=disable
server postgres --version
"$work/dbrotation" "$@" &
example=$!
code=0
wait "$example" || code=$?
example=
exit "$code"
