#!/usr/bin/env bash
# Makes the first inputs of all targets from testdata: fuzz/corpus is not committed.
set -euo pipefail
cd "$(dirname "$0")"
mkdir -p corpus/reader corpus/line corpus/redaction
cp ../testdata/fuzz/reader/* corpus/reader/
cp ../testdata/fuzz/line/* corpus/line/
cp ../testdata/fuzz/redaction/* corpus/redaction/

# Every small transcript, and the first line of each length of the others.
find ../testdata/recordings ../testdata/rules -name '*.jsonl' -path '*/projects/*' -size -4k -print0 |
    while IFS= read -r -d '' transcript; do
        cp "$transcript" "corpus/reader/$(sha256sum <"$transcript" | cut -c1-16)"
    done
find ../testdata/recordings -name '*.jsonl' -path '*/projects/*' -exec cat {} + |
    awk 'length($0) < 2000 && !seen[length($0)]++ { print > ("corpus/reader/length-" length($0)); close("corpus/reader/length-" length($0)) }'

# The first three small transcripts of each project folder.
find ../testdata/recordings ../testdata/rules -type d -path '*/projects/*' -print0 |
    while IFS= read -r -d '' folder; do
        mapfile -t transcripts < <(find "$folder" -name '*.jsonl' -size -6k | sort | head -n 3)
        [ "${#transcripts[@]}" -gt 0 ] || continue
        input=corpus/line/$(printf %s "$folder" | sha256sum | cut -c1-16)
        : >"$input"
        for transcript in "${transcripts[@]}"; do
            [ ! -s "$input" ] || printf -- '--8<--\n' >>"$input"
            cat "$transcript" >>"$input"
        done
    done
printf "%s inputs for reader, %s for line, %s for redaction\n" "$(ls corpus/reader | wc -l)" "$(ls corpus/line | wc -l)" "$(ls corpus/redaction | wc -l)"
