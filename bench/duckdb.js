// The question that `scsup-audit summary` answers, asked of DuckDB: node duckdb.js LOG
// It is told which members to read, so that it needn't look for what there is.
const {DuckDBInstance} = require('@duckdb/node-api');

async function main() {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const log = process.argv[2].replaceAll("'", "''");
  const result = await connection.runAndReadAll(`
    SELECT sys.name, count(*), count(*) FILTER (act = 'allow'), count(*) FILTER (act IN ('deny', 'kill')),
           count(*) FILTER (act <> 'deny' AND errno IS NOT NULL), sum(dec_ns), approx_quantile(dec_ns, 0.99)
    FROM read_ndjson('${log}', columns = {type: 'VARCHAR', sys: 'STRUCT(name VARCHAR)', act: 'VARCHAR',
                                          errno: 'VARCHAR', dec_ns: 'BIGINT'})
    WHERE type = 'call' GROUP BY 1 ORDER BY 2 DESC`);
  for (const row of result.getRows()) console.log(row.join('\t'));
}

main();
