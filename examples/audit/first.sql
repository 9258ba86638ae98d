-- The first thing that each program was denied, whole, as JSON:
--   scsup-audit export --to sqlite --output calls.db audit.jsonl && sqlite3 calls.db <first.sql
WITH firsts AS (SELECT run, exe, min(seq) AS seq FROM calls WHERE act IN ('deny', 'kill') GROUP BY run, exe)
SELECT exe, line
FROM firsts JOIN records USING (run, seq)
WHERE type = 'call'
ORDER BY seq;
