#!/usr/bin/env bash
# The one command: installs what the checks need (into .tools and node_modules, once) and runs them all.
#
#   ./check.sh              everything, in order; stops at the first step that fails
#   ./check.sh STEP…        only these steps
#   ./check.sh --list       the steps, one a line
#
# Asks of the machine: cargo with clippy and rustfmt, python3 with venv, node with npm. PostgreSQL and a browser come from
# Debian's packages, everything else through pip, npm and cargo, pinned by Cargo.lock and by the requirements and lock files
# in the folders of tests/.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# name | what it does
readonly steps="\
tools          | look for the tools that must be there, install the checkers
scripts        | the shell and Python of this repository: syntax, lint, format, and the tests of this script
fmt            | cargo fmt --check
deny           | licences, banned crates and sources of all dependencies
unused         | dependencies that nothing uses
clippy         | clippy on all targets, warnings denied
test           | all Rust tests
postgresql     | the store, report and operation tests again, on a PostgreSQL of its own from Debian's packages
doctest        | the examples in doc comments
doc            | cargo doc, warnings denied
build          | the release build of the ramward program
scanners &     | scanners, an Ansible playbook and more SDKs, unmodified: ./check-scanners.sh
readme         | every code block of the README
formats        | the formats of the report against their published schemas
clients-python | the vendor's Python clients, unmodified, against that program
clients-node   | the vendor's Node clients, unmodified, against that program
clients-store  | both again, on a store in PostgreSQL that several nodes may share
failover       | clusters of PostgreSQL that are killed, filled, cut off and restored under that program
console        | the console in a real browser, which it installs: every page, both languages, accessibility
samples        | the code that the API explorer writes: run where it can be, parsed and held against the SDKs elsewhere
examples       | the test fixtures of examples/ with pytest and Node
bench          | the benchmarks in small: that they work, not how fast anything is
bench-peers    | the same for the benchmark beside other software, which it installs"

. tests/check/steps.sh

step_tools() {
  need cargo 'Rust with rustup'
  need cargo-clippy 'it with: rustup component add clippy'
  need cargo-fmt 'it with: rustup component add rustfmt'
  need python3 'Python 3.9 or newer'
  need node 'Node.js 20.4 or newer'
  need npm 'it with Node.js'
  python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 9))' || fail 'python3 is older than 3.9 or has no venv module'
  node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || fail 'node is older than 20'
  checkers
  cargo --version
  cargo nextest --version | head -1
  cargo deny --version
  cargo shear --version | sed -n 's,^Version:,cargo-shear,p'
  python3 --version
  say "node $(node --version), npm $(npm --version 2>/dev/null)"
}

step_scripts() {
  checkers
  bash -n check.sh check-scanners.sh .ci/run tests/postgresql/run tests/check/steps.sh
  shellcheck --external-sources check.sh check-scanners.sh .ci/run tests/postgresql/run tests/check/steps.sh
  ruff check --no-cache .
  ruff format --no-cache --check .
  pytest_in check tests/check
}

step_fmt() { cargo fmt --all --check; }

step_deny() {
  checkers
  cargo deny --locked --log-level error check --hide-inclusion-graph bans licenses sources
}

step_unused() {
  checkers
  cargo shear --locked
}

step_clippy() { cargo clippy --workspace --all-targets --locked -- -D warnings; }

step_test() {
  checkers
  cargo nextest run --workspace --locked
}

step_postgresql() {
  checkers
  # The build of the step before: another choice of packages would compile half of it again.
  tests/postgresql/run cargo nextest run --workspace --locked --filterset 'package(ramward-domain)'
}

step_doctest() { cargo test --doc --workspace --locked; }

step_doc() { RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --locked; }

step_build() { cargo build --release --locked --bin ramward; }

step_readme() {
  checkers
  program
  pytest_in check tests/readme
}

step_formats() {
  venv formats tests/formats/requirements.txt
  node_modules tests/formats
  program
  pytest_in formats tests/formats
}

step_clients_python() {
  venv clients tests/clients/python/requirements.txt
  node_modules tests/clients/node
  program
  pytest_in clients tests/clients/python
}

step_clients_node() {
  node_modules tests/clients/node
  program
  npm test --silent --prefix tests/clients/node
}

step_clients_store() {
  venv clients tests/clients/python/requirements.txt
  node_modules tests/clients/node
  program
  # shellcheck disable=SC2016 # it is the other shell that knows the database
  tests/postgresql/run bash -euc 'RAMWARD_TEST_STORE="$RAMWARD_TEST_POSTGRES"; export RAMWARD_TEST_STORE
    "$1/clients/bin/python" -m pytest -q -p no:cacheprovider tests/clients/python
    npm test --silent --prefix tests/clients/node' clients "$tools"
}

step_failover() {
  venv check tests/check/requirements.txt
  need cc 'a C compiler'
  program
  tests/postgresql/run python -m pytest -q -p no:cacheprovider tests/postgresql
}

# Debian's Chromium, and a font with Chinese letters; no package registry has a browser that needs no download of its own.
browser() {
  if command -v chromium >/dev/null && [[ -n $(fc-list :lang=zh 2>/dev/null) ]]; then return; fi
  local install=(apt-get install --yes -qq --no-install-recommends chromium fontconfig fonts-noto-cjk) as=()
  if ((EUID != 0)); then as=(sudo --non-interactive); fi
  say "installing Chromium and a Chinese font"
  if ! "${as[@]}" apt-get update -qq || ! "${as[@]}" "${install[@]}" >/dev/null; then
    fail 'there is no Chromium to test the console with: install it, on Debian with: sudo apt-get install chromium fonts-noto-cjk'
  fi
}

step_console() {
  browser
  node_modules tests/console
  program
  npm test --silent --prefix tests/console
}

step_samples() {
  venv samples tests/samples/requirements.txt
  node_modules tests/samples/node
  program
  pytest_in samples tests/samples
}

step_examples() {
  venv clients tests/clients/python/requirements.txt
  node_modules tests/clients/node
  program
  pytest_in clients examples/pytest
  NODE_PATH="$PWD/tests/clients/node/node_modules" node --test --test-reporter=spec examples/node/
}

step_scanners() {
  program
  ./check-scanners.sh
}

step_bench() {
  tests/postgresql/run --durable \
    cargo bench --profile dev --workspace --locked --bench gateway --bench store --bench policies -- --quick
}

step_bench_peers() {
  venv peers tests/peers/requirements.txt
  cargo bench --profile dev --workspace --locked --bench peers -- --quick
}

main "$@"
