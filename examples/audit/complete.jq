# Is the log whole? Numbers without a gap over all that it has, nothing lost, and each run with its end:
#   jq -sf complete.jq audit.jsonl
{gapless: (map(.seq | values) | . == [range(.[0] // 0; (.[0] // 0) + length)]),
 lost: (map(select(.type == "gap") | .lost) | add // 0),
 runs: (map(select(.run)) | group_by(.run) | map({run: .[0].run,
   calls: (map(select(.type == "call") | .count // 1) | add // 0),
   ended: any(.type == "end")}))}
