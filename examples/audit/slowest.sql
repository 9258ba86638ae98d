-- Which calls took long to decide, in microseconds:
--   scsup-audit export --to sqlite --output calls.db audit.jsonl && sqlite3 -box calls.db <slowest.sql
SELECT syscall, how, count(*) AS calls, min(dec_ns) / 1000 AS least, avg(dec_ns) / 1000 AS mean, max(dec_ns) / 1000 AS most
FROM calls
GROUP BY syscall, how
ORDER BY most DESC;
