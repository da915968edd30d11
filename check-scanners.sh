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

readonly tests=tests/scanners
# What no tool here may ask: the metadata service of a cloud.
export ALIBABA_CLOUD_ECS_METADATA_DISABLED=true

readonly steps="\
prowler    | prowler by key and by role
scoutsuite | ScoutSuite
ansible    | a playbook on the Ansible modules
sdks       | the vendor's SDKs in Python and Node, old and new, and a Rust crate of others
page       | docs/compatibility.md is what the runs say"

. tests/check/steps.sh

run_tests() { # FILE
  venv scanners "$tests/requirements/tests.txt"
  program
  pytest_in scanners "$tests/$1"
}

step_prowler() {
  venv prowler "$tests/requirements/prowler.txt"
  run_tests test_prowler.py
}

step_scoutsuite() {
  venv scoutsuite "$tests/requirements/scoutsuite.txt"
  run_tests test_scoutsuite.py
}

step_ansible() {
  local modules="$tools/ansible-modules" file="$tests/requirements/ansible-modules.txt"
  venv ansible "$tests/requirements/ansible.txt"
  # The modules are made to lie inside Ansible's own package and would replace files of it; beside it they do not.
  if ! is_current "$modules" "$file"; then
    say "installing $file into .tools/ansible-modules"
    rm -rf "$modules"
    uv pip install --quiet --python "$tools/ansible/bin/python" --no-deps --target "$modules" --requirement "$file"
    stamp "$modules" "$file"
  fi
  run_tests test_ansible.py
}

step_sdks() {
  venv sdks "$tests/requirements/sdks.txt"
  node_modules "$tests/programs"
  cargo build --locked --manifest-path "$tests/rust/Cargo.toml" --target-dir "$target/scanners/rust"
  run_tests test_sdks.py
}

step_page() {
  venv scanners "$tests/requirements/tests.txt"
  "$tools/scanners/bin/python" "$tests/page.py"
}

main "$@"
