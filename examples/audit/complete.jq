# Is each run whole? As many calls as it has received, none lost, numbers without a gap:
#   jq -sf complete.jq audit.jsonl
group_by(.run)[]
| {run: .[0].run,
   calls: map(select(.type == "call")) | length,
   lost: map(select(.type == "gap") | .lost) | (add // 0),
   gapless: (map(select(.type == "call") | .seq) | . == [range(.[0] // 0; (.[0] // 0) + length)]),
   ended: any(.type == "end")}
