#!/usr/bin/env bash
# Unmodified scanners, an Ansible playbook and SDKs against the ramward program, and the page that tells what they do.
#
#   ./check-scanners.sh             all of them, in order; stops at the first that fails
#   ./check-scanners.sh STEP…       only these
#   ./check-scanners.sh --list      the steps, one a line
#
# Installs each tool once into .tools: minutes, and gigabytes. ./check.sh scanners runs this script.
# UPDATE=1 writes docs/compatibility.md anew.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly tools="$PWD/.tools"
readonly tests="$PWD/tests/scanners"
readonly target="${CARGO_TARGET_DIR:-$PWD/target}"
export CARGO_TERM_PROGRESS_WHEN=never PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
# What no tool here may ask: the metadata service of a cloud.
export ALIBABA_CLOUD_ECS_METADATA_DISABLED=true

readonly steps="\
prowler    | prowler by key and by role
scoutsuite | ScoutSuite
ansible    | a playbook on the Ansible modules
sdks       | the vendor's SDKs in Python and Node, old and new, and a Rust crate of others
page       | docs/compatibility.md is what the runs say"

say() { printf '%s\n' "$*"; }
fail() { printf 'check-scanners.sh: %s\n' "$*" >&2; exit 1; }

# Installs with pip what FILE pins, once; WHERE is a venv, or with --target a folder of packages.
installed() { # WHERE FILE [PIP-OPTION…]
  local where="$tools/$1" file="$2" stamp
  shift 2
  stamp="$(python3 --version) $(cksum <"$file") $*"
  if [[ -f $where/stamp && $(<"$where/stamp") == "$stamp" ]]; then return; fi
  say "installing $file into ${where#"$PWD"/}"
  rm -rf "$where"
  if [[ " $* " == *" --target "* ]]; then
    "$tools/scanners/bin/pip" install --quiet --no-compile --requirement "$file" "$@"
  else
    python3 -m venv "$where"
    "$where/bin/pip" install --quiet --no-compile --requirement "$file" "$@"
  fi
  printf '%s' "$stamp" >"$where/stamp"
}

# The program under test: RAMWARD_BIN, or the release build (made now if it is not there or not current).
program() {
  if [[ -z ${RAMWARD_BIN:-} ]]; then
    cargo build --release --locked --bin ramward
    export RAMWARD_BIN="$target/release/ramward"
  fi
  [[ -x $RAMWARD_BIN ]] || fail "no program at $RAMWARD_BIN: unset RAMWARD_BIN or point it at a built ramward"
}

run_tests() { # FILE
  installed scanners "$tests/requirements/tests.txt"
  program
  "$tools/scanners/bin/python" -m pytest -q -p no:cacheprovider "$tests/$1"
}

step_prowler() {
  installed prowler "$tests/requirements/prowler.txt"
  run_tests test_prowler.py
}

step_scoutsuite() {
  installed scoutsuite "$tests/requirements/scoutsuite.txt"
  run_tests test_scoutsuite.py
}

step_ansible() {
  installed scanners "$tests/requirements/tests.txt"
  installed ansible "$tests/requirements/ansible.txt"
  # The modules are made to lie inside Ansible's own package and would replace files of it; beside it they do not.
  installed ansible-modules "$tests/requirements/ansible-modules.txt" --no-deps --target "$tools/ansible-modules"
  run_tests test_ansible.py
}

step_sdks() {
  local lock stamp
  installed sdks "$tests/requirements/sdks.txt"
  lock="$tests/programs/package-lock.json"
  stamp="$(node --version) $(cksum <"$lock")"
  if [[ ! -f $tests/programs/node_modules/.stamp || $(<"$tests/programs/node_modules/.stamp") != "$stamp" ]]; then
    say "installing ${lock#"$PWD"/}"
    npm ci --prefix "$tests/programs" --ignore-scripts --no-audit --no-fund --loglevel=error
    printf '%s' "$stamp" >"$tests/programs/node_modules/.stamp"
  fi
  cargo build --locked --manifest-path "$tests/rust/Cargo.toml" --target-dir "$target/scanners/rust"
  run_tests test_sdks.py
}

step_page() {
  installed scanners "$tests/requirements/tests.txt"
  "$tools/scanners/bin/python" "$tests/page.py"
}

names() { cut -d'|' -f1 <<<"$steps" | tr -d ' '; }

case "${1:-}" in
  --list)
    say "$steps"
    exit
    ;;
  --one) # one step in a shell of its own, so that 'set -e' holds in all of it
    "step_$2"
    exit
    ;;
  -*)
    say "usage: ./check-scanners.sh [--list] [STEP…]" >&2
    exit 2
    ;;
esac

if (($# > 0)); then chosen=("$@"); else mapfile -t chosen < <(names); fi
for step in "${chosen[@]}"; do
  if ! names | grep -qxF -- "$step"; then
    printf 'check-scanners.sh: no step is called %s; ./check-scanners.sh --list names them\n' "$step" >&2
    exit 2
  fi
done
for step in "${chosen[@]}"; do
  say "=== $step"
  began=$SECONDS
  "$BASH" "${BASH_SOURCE[0]##*/}" --one "$step" \
    || fail "step $step failed after $((SECONDS - began)) s; run it again with: ./check-scanners.sh $step"
  say "--- $step: ok, $((SECONDS - began)) s"
done
