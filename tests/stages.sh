# SPDX-License-Identifier: Apache-2.0
# The stages of tests/run. Each adds to passed, failed, skipped.
passed=0 failed=0 skipped=0
started=$SECONDS
mkdir -p build/logs

say() { printf '[%4ds] %s\n' $((SECONDS - started)) "$*"; }

finish() {
  say "done"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
  exit
}

install_dependencies() {
  say "packages"
  etc/install-dependencies test || { failed=$((failed + 1)); finish; }
}

# build PRESET [TARGET ...]: configures when needed, builds; on failure prints the compiler's words and ends the run.
build() {
  local preset=$1 log=build/logs/$1.log
  shift
  say "build $preset"
  if ! cmake --preset "$preset" > "$log" 2>&1 || ! cmake --build --preset "$preset" ${1:+--target "$@"} >> "$log" 2>&1; then
    grep -E 'error|Error|FAILED' "$log" | head -n 40
    say "the build $preset failed; all of it is in $log"
    failed=$((failed + 1))
    finish
  fi
}

check() {  # TITLE COMMAND...: one test that is a command
  local title=$1
  shift
  say "$title"
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); say "FAILED: $title"; fi
}

stage_rooms() {
  check "rooms: includes follow the plan" python3 tests/check_rooms.py
  check "docs: what is named exists" python3 tests/check_docs.py
}

# run_ctest PRESET LABEL: counts from ctest's own report.
run_ctest() {
  local preset=$1 label=$2 report=$root/build/logs/$1-$2.xml
  say "$label ($preset)"
  rm -f "$report"
  ctest --test-dir "build/$preset" -L "^$label\$" -j "${EDGECSE_TEST_JOBS:-2}" --output-on-failure --output-junit "$report" \
    > "build/logs/$preset-$label.log" 2>&1
  local counts
  counts=$(python3 tests/count_results.py "$report") || counts="0 1 0"
  read -r p f s <<< "$counts"
  [ "$f" = 0 ] || sed -n '/The following tests FAILED/,$p;/\*\*\*Failed/,/^ *[0-9]*\/[0-9]* Test/p' "build/logs/$preset-$label.log" | head -n 120
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  say "$label: $p passed, $f failed, $s skipped"
}

stage_ctest() {
  [ -n "${built_ci:-}" ] || { build ci; built_ci=yes; }
  run_ctest ci "$1"
}

# stage_conformance [--list-skipped]: the label, and a table of its cases from GoogleTest's own reports.
stage_conformance() {
  local reports=$root/build/logs/conformance
  rm -rf "$reports"
  GTEST_OUTPUT="json:$reports/" stage_ctest conformance
  check "conformance: cases by area" python3 tests/conformance/report.py "$reports" "$@"
}

# stage_sim [--seeds N] [--first-seed K]: without options the fixed seeds of ctest. A failing seed is printed.
stage_sim() {
  if [ $# = 0 ]; then
    stage_ctest sim
    return
  fi
  build simulation edgecse-sim
  check "sim $*" build/simulation/bin/edgecse-sim "$@"
}

stage_tsan() {
  build tsan
  export TSAN_OPTIONS="suppressions=$root/tests/thread_sanitizer.supp"
  for label in unit integration sim; do run_ctest tsan "$label"; done
  unset TSAN_OPTIONS
}

stage_coverage() {
  build coverage
  for label in unit integration sim; do run_ctest coverage "$label"; done
  check "coverage report" python3 tests/report_coverage.py build/coverage
}

# stage_fuzz [--seconds N]: a target is a program build/fuzz/bin/fuzz_*; its corpus lies in tests/fuzz/corpus/.
stage_fuzz() {
  local seconds=${fuzz_seconds:-5}
  [ "${1:-}" = --seconds ] && seconds=$2
  build fuzz
  local target name
  for target in build/fuzz/bin/fuzz_*; do
    [ -x "$target" ] || continue
    name=$(basename "$target")
    mkdir -p "build/corpus/$name" "tests/fuzz/corpus/$name"
    check "$name for ${seconds}s" sh -c "'$target' -max_total_time=$seconds -timeout=10 -rss_limit_mb=4096 \
      -artifact_prefix=build/logs/ 'build/corpus/$name' 'tests/fuzz/corpus/$name' > build/logs/$name.log 2>&1 ||
      { tail -n 30 build/logs/$name.log; exit 1; }"
  done
}

stage_bench() {
  build bench
  check "bench" tests/bench/run "$@"
}

# stage_cluster: the image, and the chart on a real cluster. Skipped, with the reason, where neither can be had.
stage_cluster() {
  local reports=$root/build/logs status=0 report counts p f s
  say "cluster"
  etc/install-dependencies cluster || say "what cannot be installed will be missed below"
  rm -f "$reports"/cluster-*.xml
  python3 tests/cluster/run_cluster.py "$reports" || status=$?
  for report in "$reports"/cluster-*.xml; do
    [ -e "$report" ] || continue
    counts=$(python3 tests/count_results.py "$report") || counts="0 1 0"
    read -r p f s <<< "$counts"
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    [ "$f" = 0 ] || status=0  # counted
  done
  case $status in
    0) ;;
    77) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)); say "FAILED: cluster; logs in build/logs" ;;
  esac
}
