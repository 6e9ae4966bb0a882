# shellcheck shell=bash
# Sourced by the scripts beside it: where the project is, how a script speaks, and who may install packages.

# shellcheck disable=SC2034 # used by who sources this
project=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
script_name=$(basename -- "$0")
script_path=$(cd -- "$(dirname -- "$0")" && pwd)/$script_name

# Progress goes to stderr, so that stdout stays usable by a caller.
say() { printf '%s: %s\n' "$script_name" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# A mistake of the caller, told apart from a failure by exit code 2.
bad_usage() {
  say "$* (see $script_name --help)"
  exit 2
}

# The comment at a script's head is its help text.
show_help() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$script_path"; }

as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "installing packages needs root or sudo"
  fi
}

# Settings of the caller's shell must reach neither the tests nor the demo: they would talk to a real account.
forget_caller_settings() {
  local name
  while read -r name; do unset "$name"; done < <(compgen -v | grep -E '^(AWS_|S3COMPRESS_)' || true)
  export AWS_EC2_METADATA_DISABLED=true
}
