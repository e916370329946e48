/**
 * Holds real models in GGUF or safetensors to transformers: `npm run -s check:models -- FILE…`. Not part of the tests, for it
 * needs the files and Python with transformers (checkpoint-reference.py); `PYTHON` names the interpreter.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './packages.mjs';

const models = process.argv.slice(2);
if (models.length === 0) {
  process.stderr.write('check:models: name at least one model, a .gguf file or the folder of safetensors.\n');
  process.exit(2);
}

/** Standard output of a program that must succeed; what it says otherwise goes to standard error. */
function outputOf(program, args, also = []) {
  const { status, stdout, error } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined || (status !== 0 && !also.includes(status)))
    throw new Error(`${program} ${args[0]} ended with ${error?.message ?? String(status)}`);
  return stdout;
}

const folder = mkdtempSync(join(tmpdir(), 'check-models-'));
let passed = true;
try {
  for (const model of models) {
    const reference = join(folder, 'reference.safetensors');
    outputOf(process.env.PYTHON ?? 'python3', [join(ROOT, 'scripts/checkpoint-reference.py'), model, reference]);
    const args = [join(ROOT, 'scripts/flipside.mjs'), 'verify', '--model', model, '--reference', reference];
    // A check that fails ends with 1 and still says by how much.
    const report = JSON.parse(outputOf(process.execPath, args, [1]));
    passed &&= report.passed;
    const worst = Math.max(...report.rows.flatMap(({ residualError }) => residualError));
    const [same, all] = ['greedyMatches', 'greedyTotal'].map((key) =>
      report.rows.reduce((sum, row) => sum + row[key], 0),
    );
    process.stdout.write(
      `${report.passed ? 'passed' : 'FAILED'} ${report.model.id} (${report.model.dtype}): stream within ${worst.toExponential(1)} of transformers at every layer (limit ${report.residualLimit}), greedy tokens ${same} of ${all}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
process.exit(passed ? 0 : 1);
