#!/usr/bin/env bash
# Times whole processes: start-up, one thread against two, memory at 1 and at 10 million short opinions, fitting.
#   usage: scripts/bench.sh PROGRAM
set -euo pipefail
iken=${1:?usage: scripts/bench.sh PROGRAM}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
millis() { local start end; start=$(date +%s%N); "$@" >/dev/null 2>&1; end=$(date +%s%N); echo $(((end - start) / 1000000)); }
least() { for _ in 1 2 3 4 5; do millis "$@"; done | sort -n | head -n 1; }

printf '在宅医の数が少ない。\n' > "$work/one.txt"
echo "start and label one opinion: $(least "$iken" label "$work/one.txt" --from lines -q) ms"

cut -f5 labels/examples.tsv | tail -n +2 > "$work/examples.txt"
for _ in $(seq 30); do cat "$work/examples.txt"; done > "$work/diverse.txt"
one=$(least "$iken" label "$work/diverse.txt" --from lines -q -o "$work/a.jsonl" --threads 1)
two=$(least "$iken" label "$work/diverse.txt" --from lines -q -o "$work/a.jsonl" --threads 2)
lines=$(wc -l < "$work/diverse.txt")
echo "diverse texts: $lines, one thread $one ms ($((lines * 1000 / one)) a second), two threads $two ms"
awk -v a="$one" -v b="$two" 'BEGIN { printf "two threads are %.2f times one\n", a / b }'

for millions in 1 10; do
  yes '在宅医の数が少ない。訪問看護は足りている。' | head -n $((millions * 1000000)) |
    /usr/bin/time -f "$millions million short opinions: peak memory %M kB, %e s" \
      "$iken" label - --from lines -q -o /dev/null 2>&1 || true
done
echo "train with naive Bayes alone: $(millis "$iken" train --classifier naive-bayes -o "$work/m.model" -q) ms"
echo "train with the default blend: $(millis "$iken" train -o "$work/m.model" -q) ms"
