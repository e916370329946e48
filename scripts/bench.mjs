/**
 * The benchmarks: `npm run -s bench` prints what bench/main.ts measures, `-- instrument` the page with a long text, `--
 * engine` the engine beside another, `-- processor` reading and writing without a graphics card, `--
 * visit` a visit without one beside an older checkout, `-- speed` a record for docs/speed.md, `-- sharing` an embedded reading and the
 * Python reader, `-- long` a text of 9,000 tokens in the built page. Installs what is missing.
 */
import { runTypeScript } from './run-typescript.mjs';

const args = process.argv.slice(2);
if (args[0] === 'instrument') runTypeScript('bench/instrument.ts', args.slice(1), 'bench');
else if (args[0] === 'processor') runTypeScript('bench/processor/main.ts', args.slice(1), 'bench');
else if (args[0] === 'visit') runTypeScript('bench/visit/main.ts', args.slice(1), 'bench');
else if (args[0] === 'speed') runTypeScript('bench/speed/main.ts', args.slice(1), 'bench');
else if (args[0] === 'long') runTypeScript('bench/long/main.ts', args.slice(1), 'bench');
else if (args[0] === 'sharing') runTypeScript('bench/sharing/main.ts', args.slice(1), 'bench');
else if (args[0] === 'engine') runTypeScript('bench/engine/main.ts', args.slice(1), 'bench');
else runTypeScript('bench/main.ts', args, 'bench');
