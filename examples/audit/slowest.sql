-- Which calls took long to decide, in microseconds:
--   scsup-audit export --to sqlite --output calls.db audit.jsonl && sqlite3 -box calls.db <slowest.sql
SELECT syscall, how, sum(count) AS calls, min(dec_ns) / 1000 AS least,
  sum(dec_ns_sum) / 1000.0 / sum(count) AS mean, max(dec_ns_max) / 1000 AS most
FROM calls
GROUP BY syscall, how
ORDER BY most DESC;
