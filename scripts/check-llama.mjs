/**
 * Holds llama.cpp to what Flipside finds under steering, with the vector that Flipside saved:
 * `npm run -s check:llama -- LIBRARY_FOLDER MODEL.gguf [PROBE_DIR]`. LIBRARY_FOLDER holds libllama and its backends, as the package
 * @node-llama-cpp/linux-x64 ships them. Not part of the tests: it needs the model and Python with gguf; `PYTHON` names the interpreter.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './packages.mjs';

const [library, model, probe = join(ROOT, 'probes/kind-cruel')] = process.argv.slice(2);
if (library === undefined || model === undefined) {
  process.stderr.write('check:llama: name the folder of libllama and a model, a .gguf file.\n');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'check-llama-'));
try {
  const program = join(ROOT, 'tests/fixtures/control-vector/steered.ts');
  const made = spawnSync(
    process.execPath,
    ['--import', join(ROOT, 'node_modules/tsx/dist/loader.mjs'), program, model, probe, folder],
    { stdio: 'inherit', env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.base.json') } },
  );
  if (made.status !== 0) process.exit(1);
  const script = join(ROOT, 'scripts/llama-control-vector.py');
  const { status, error } = spawnSync(process.env.PYTHON ?? 'python3', [script, library, model, folder], {
    stdio: ['ignore', 'inherit', 'inherit'],
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  process.exitCode = status === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
