/**
 * Opens a run, a report, an experiment, a probe and the widget in real Jupyter: `npm run -s check:notebook`. Not part of the tests,
 * for it needs Python with the packages that docs/python.md names; `PYTHON` names the interpreter.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './packages.mjs';

await import('./build-widget.mjs');
const { status, error } = spawnSync(process.env.PYTHON ?? 'python3', ['python/tests/notebook.py'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, PYTHONPATH: join(ROOT, 'python'), PYTHONDONTWRITEBYTECODE: '1' },
});
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
