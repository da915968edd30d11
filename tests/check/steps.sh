# What check.sh and check-scanners.sh share: installing what tests need, once, and running steps. Both source it from the
# root of the repository after they have set `steps`, rows of "name | what it does"; a function step_NAME does the step
# ('-' becomes '_'). A step with '&' behind its name waits more than it computes: it runs beside those after it, and what it
# says is shown at the end.
# shellcheck shell=bash

# shellcheck disable=SC2154 # `steps` is set by whoever sources this.
readonly tools="$PWD/.tools" target="${CARGO_TARGET_DIR:-$PWD/target}" script="${0##*/}"
export PATH="$tools/check/bin:$PATH"
export CARGO_TERM_PROGRESS_WHEN=never PIP_DISABLE_PIP_VERSION_CHECK=1
# Compiled Python lies in one place, not beside each file.
export PYTHONPYCACHEPREFIX="$tools/pycache"
# uv trusts whom this machine trusts, as pip does, and fetches no Python of its own.
export UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1

say() { printf '%s\n' "$*"; }
fail() { printf '%s: %s\n' "$script" "$*" >&2; exit 1; }

need() { # TOOL WHERE-TO-GET-IT
  command -v "$1" >/dev/null || fail "$1 is not on the PATH: install $2, then run it again"
}

# Whether WHERE was made of FILE as it is now, in the way that WORDS say.
is_current() { # WHERE FILE WORDS…
  [[ -f $1/.stamp && $(<"$1/.stamp") == "${*:3} $(cksum <"$2")" ]]
}
stamp() { # WHERE FILE WORDS…
  printf '%s' "${*:3} $(cksum <"$2")" >"$1/.stamp"
}

# The venv of the checkers, with pip, which is all that a machine has; uv comes with it and installs all others faster.
checkers() {
  local file=tests/check/requirements.txt python
  python="$(python3 --version)"
  if is_current "$tools/check" "$file" "$python"; then return; fi
  say "installing $file into .tools/check"
  rm -rf "$tools/check"
  hash -r # python3 may just have been that one
  python3 -m venv "$tools/check"
  "$tools/check/bin/pip" install --quiet --requirement "$file"
  "$tools/check/bin/pip" check
  stamp "$tools/check" "$file" "$python"
}

# A venv in .tools/NAME with exactly what FILE pins; nothing to do when FILE and the interpreter are those of last time.
venv() { # NAME FILE
  checkers
  local dir="$tools/$1" python
  python="$(python3 --version)"
  if is_current "$dir" "$2" "$python"; then return; fi
  say "installing $2 into .tools/$1"
  rm -rf "$dir"
  python3 -m venv --without-pip "$dir"
  uv pip install --quiet --python "$dir/bin/python" --requirement "$2"
  uv pip check --quiet --python "$dir/bin/python"
  stamp "$dir" "$2" "$python"
}

# The exact tree of the lock file; scripts of packages are not run, none is needed.
node_modules() { # DIR
  local node
  node="$(node --version)"
  if is_current "$1/node_modules" "$1/package-lock.json" "$node"; then return; fi
  say "installing $1/package-lock.json"
  npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error
  stamp "$1/node_modules" "$1/package-lock.json" "$node"
}

# The program under test: RAMWARD_BIN, or the release build (made now if it is not there or not current).
program() {
  if [[ -z ${RAMWARD_BIN:-} ]]; then
    cargo build --release --locked --bin ramward
    export RAMWARD_BIN="$target/release/ramward"
  fi
  [[ -x $RAMWARD_BIN ]] || fail "no program at $RAMWARD_BIN: unset RAMWARD_BIN or point it at a built ramward"
}

# Runs test files of Python with the packages of venv NAME.
pytest_in() { # NAME PATH…
  "$tools/$1/bin/python" -m pytest -q -p no:cacheprovider "${@:2}"
}

names() { cut -d'|' -f1 <<<"$steps" | tr -d ' &'; }

# The steps that run aside: a line for each, its process first.
aside=""
end_aside() {
  local process step
  while read -r process step; do
    if [[ $process ]]; then kill -TERM -- "-$process" 2>/dev/null && say "$step is ended"; fi
  done <<<"$aside"
}

# Runs a step in a shell of its own, so that 'set -e' holds in all of it.
one() { # STEP
  local began=$SECONDS code=0
  "$BASH" "$script" --one "$1" || code=$?
  if ((code == 0)); then
    say "--- $1: ok, $((SECONDS - began)) s"
  else
    printf '%s: step %s failed after %d s (exit %d); run it again with: ./%s %s\n' \
      "$script" "$1" "$((SECONDS - began))" "$code" "$script" "$1" >&2
  fi
  return "$code"
}

# Runs the chosen steps or all; stops at the first that fails.
main() { # [STEP…]
  local chosen=("$@") step process log
  case "${1:-}" in
    --list)
      say "$steps"
      return
      ;;
    --one)
      "step_${2//-/_}"
      return
      ;;
    --aside)
      one "$2"
      return
      ;;
    -*)
      say "usage: ./$script [--list] [STEP…]" >&2
      return 2
      ;;
  esac
  if (($# == 0)); then mapfile -t chosen < <(names); fi
  for step in "${chosen[@]}"; do
    if ! names | grep -qxF -- "$step"; then
      printf '%s: no step is called %s; ./%s --list names them\n' "$script" "$step" "$script" >&2
      return 2
    fi
  done
  trap end_aside EXIT
  for step in "${chosen[@]}"; do
    if ((${#chosen[@]} > 1)) && grep -q "^$step *&" <<<"$steps"; then
      say "=== $step, aside"
      mkdir -p "$tools"
      setsid "$BASH" "$script" --aside "$step" >"$tools/$step.log" 2>&1 &
      aside+="$! $step"$'\n'
    else
      say "=== $step"
      one "$step" || return 1
    fi
  done
  while read -r process step; do
    [[ $process ]] || continue
    log="$tools/$step.log"
    if ! wait "$process"; then
      cat "$log" >&2
      return 1
    fi
    aside="${aside/"$process $step"$'\n'/}"
    say "=== $step, which ran aside"
    cat "$log"
  done <<<"$aside"
  say "=== all ok, $SECONDS s"
}
