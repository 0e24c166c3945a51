// tests/bench/duckdb.js - runs a file of SQL in DuckDB's npm package: node duckdb.js JOB.sql INPUT OUTPUT THREADS
const { createRequire } = require('node:module');
const fs = require('node:fs');
const { DuckDBInstance } = createRequire(process.cwd() + '/')('@duckdb/node-api');

(async () => {
    const [job, input, output, threads] = process.argv.slice(2);
    const sql = fs.readFileSync(job, 'utf8').replaceAll('INPUT', input).replaceAll('OUTPUT', output);
    const connection = await (await DuckDBInstance.create(':memory:', { threads })).connect();
    await connection.run(sql);
})();
