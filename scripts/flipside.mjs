/** The command line: `npm run -s flipside -- …`. Installs what is missing; standard output stays the program's own. */
import { runTypeScript } from './run-typescript.mjs';

runTypeScript('src/cli/main.ts', process.argv.slice(2), 'flipside');
