#!/bin/sh
# Makes this machine a part of the platform at @API_URL@: its kind is @KIND@.
# It fetches the program zeitwork from there and runs `zeitwork @KIND@ join`, which says what it does.
# `zeitwork @KIND@s join` and the dashboard show the command that runs this script, with a one-time token in
# ZEITWORK_JOIN_TOKEN. Arguments are passed on: settings (NAME=VALUE) and options of `zeitwork @KIND@ join`.
set -eu

say() { printf '%s\n' "$*" >&2; }

fail() {
	say "$*"
	exit 1
}

fetch() {
	if command -v curl >/dev/null; then
		curl --fail --silent --show-error --location --retry 3 --output "$2" "$1"
	elif command -v wget >/dev/null; then
		wget --quiet --output-document="$2" "$1"
	else
		fail "Neither curl nor wget is installed: install one of them and run this again."
	fi
}

# The last line calls it: of a script that arrived in part, nothing runs.
main() {
	api='@API_URL@' architecture='@ARCHITECTURE@' sum='@SHA256@'

	# The machine may reach the API by another address than browsers do.
	for setting in "$@"; do
		case "$setting" in ZEITWORK_API_URL=?*) api="${setting#*=}" ;; esac
	done

	[ "$(uname -s)" = Linux ] || fail "The platform runs on Linux, and this is $(uname -s)."
	[ "$(id -u)" = 0 ] || fail "This needs root: open a shell of root with \`sudo -s\` and run the command there."
	[ -d /run/systemd/system ] ||
		fail "systemd does not run on this machine: start \`zeitwork @SERVICE@\` by the supervisor that it has, as docs/OPERATIONS.md says."

	case "$(uname -m)" in
	x86_64) machine=amd64 ;;
	aarch64) machine=arm64 ;;
	*) machine="$(uname -m)" ;;
	esac
	[ "$machine" = "$architecture" ] ||
		fail "This machine is $machine, and the platform serves zeitwork for $architecture alone: copy zeitwork @VERSION@ for $machine to it, and run \`./zeitwork @KIND@ join ZEITWORK_API_URL=$api\` with ZEITWORK_JOIN_TOKEN set."

	folder="$(mktemp -d)"
	trap 'rm -rf "$folder"' EXIT
	trap 'exit 1' HUP INT TERM

	say "fetching zeitwork @VERSION@ from $api"
	fetch "$api/install/zeitwork/$sum" "$folder/zeitwork" ||
		fail "zeitwork could not be fetched from $api/install/zeitwork/$sum. If the platform was upgraded just now, or several machines are fetching it, run the command again."
	printf '%s  %s\n' "$sum" "$folder/zeitwork" | sha256sum --check --status ||
		fail "What was fetched is not what was expected (SHA-256 $sum): run the command again."
	chmod 755 "$folder/zeitwork"

	# Standard input is this script. The token stays in the environment, which root alone sees.
	"$folder/zeitwork" @KIND@ join "ZEITWORK_API_URL=$api" "$@" </dev/null
}

main "$@"
