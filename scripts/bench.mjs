/** The benchmarks: `npm run -s bench`. Installs what is missing and prints what bench/main.ts measures. */
import { runTypeScript } from './run-typescript.mjs';

runTypeScript('bench/main.ts', process.argv.slice(2), 'bench');
