// The log itself as a table of DuckDB, however large: what each program was answered.
//   npm install @duckdb/node-api && node duckdb.mjs audit.jsonl
import { createRequire } from "node:module";
const { DuckDBInstance } = createRequire(process.cwd() + "/")("@duckdb/node-api");

const database = await (await DuckDBInstance.create()).connect();
const log = process.argv[2].replaceAll("'", "''");
const read = await database.runAndReadAll(`
  SELECT proc.exe AS exe, sys.name AS syscall, act, coalesce(errno, '-') AS errno, sum(coalesce(count, 1))::INTEGER AS calls
  FROM read_json('${log}', format = 'newline_delimited', columns = {
    type: 'VARCHAR', act: 'VARCHAR', errno: 'VARCHAR', count: 'BIGINT', proc: 'STRUCT(exe VARCHAR)', sys: 'STRUCT(name VARCHAR)'})
  WHERE type = 'call'
  GROUP BY ALL
  ORDER BY calls DESC, exe, syscall`);
for (const row of read.getRowObjects())
  console.log([row.calls, row.exe, row.syscall, row.act, row.errno].join("\t"));
