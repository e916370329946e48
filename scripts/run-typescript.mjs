/** Runs a TypeScript program of this repository by tsx, as a child with our own standard streams. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensurePackages, fail, ROOT } from './packages.mjs';

/** Milliseconds that a program has to end by itself after it was asked to. */
const PATIENCE = 700;

/**
 * Ends a child that does not end by itself: one that computes without a pause cannot hear the signal. Files are written whole
 * or not at all, so nothing breaks by that.
 */
function endIfStuck(child) {
  setTimeout(() => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    process.stderr.write(
      'flipside: cancelled: Stopped in the middle of a step, which would not end by itself. Files that were written are whole.\n',
    );
    child.kill('SIGKILL');
  }, PATIENCE).unref();
}

/**
 * Installs what is missing, runs `entry` (a path from the root) with `args` and ends with its exit status.
 * Relative paths in the arguments mean the folder where the user stands, also under `npm run`, which moves to the root.
 */
export function runTypeScript(entry, args, lifecycle) {
  ensurePackages();
  const loader = pathToFileURL(join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;
  const underNpm = process.env['npm_lifecycle_event'] === lifecycle;
  const child = spawn(process.execPath, ['--import', loader, join(ROOT, entry), ...args], {
    cwd: (underNpm && process.env['INIT_CWD']) || process.cwd(),
    // A tsconfig.json in the user's folder is none of our business.
    env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.base.json') },
    stdio: 'inherit',
  });
  // A terminal sends Ctrl-C to both; the child decides how to end, and we wait for it, but not for long.
  const inTerminal = process.stdin.isTTY || process.stderr.isTTY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !inTerminal) child.kill(signal);
      endIfStuck(child);
    });
  }
  child.on('error', (error) => fail(`Node could not be started again: ${error.message}`));
  child.on('exit', (status, signal) =>
    process.exit(signal === null ? (status ?? 1) : 128 + (constants.signals[signal] ?? 0)),
  );
}
