/**
 * Runs the programs that the command `python` writes against PyTorch: `npm run -s check:python`. Not part of the tests, for it
 * needs Python with the packages that docs/python.md names; `PYTHON` names the interpreter. With `-- --write` what PyTorch found
 * becomes tests/fixtures/python/pytorch.json, which the tests hold the programs to.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './packages.mjs';

const folder = mkdtempSync(join(tmpdir(), 'check-python-'));
/** All in one process: to load torch takes longer than to run them. */
const RUNNER = `
import json, nnsight, pathlib, runpy, sys, torch, traceback, transformers
failed, found = 0, {"torch": torch.__version__, "transformers": transformers.__version__, "nnsight": nnsight.__version__}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    print(path.stem, end=": ", flush=True)
    try:
        names = runpy.run_path(str(path))
        found[path.stem] = names["score"] if "score" in names else names["found"]
    except BaseException:
        failed += 1
        print("FAILED")
        traceback.print_exc()
pathlib.Path(sys.argv[1], "found.json").write_text(json.dumps(found, indent=1) + "\\n")
sys.exit(failed)
`;
try {
  const made = spawnSync(
    process.execPath,
    ['--import', join(ROOT, 'node_modules/tsx/dist/loader.mjs'), join(ROOT, 'tests/fixtures/python/write.ts'), folder],
    { stdio: 'inherit', env: { ...process.env, TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.base.json') } },
  );
  if (made.status !== 0) process.exit(1);
  const programs = readdirSync(folder).filter((name) => name.endsWith('.py'));
  const runner = join(folder, 'runner');
  writeFileSync(runner, RUNNER);
  const { status, error } = spawnSync(process.env.PYTHON ?? 'python3', [runner, folder], {
    stdio: 'inherit',
    env: { ...process.env, TRANSFORMERS_VERBOSITY: 'error', HF_HUB_DISABLE_PROGRESS_BARS: '1', TQDM_DISABLE: '1' },
  });
  if (error !== undefined) throw error;
  process.stdout.write(`${programs.length - (status ?? 0)} of ${programs.length} programs found the same number\n`);
  if (status === 0 && process.argv.includes('--write'))
    copyFileSync(join(folder, 'found.json'), join(ROOT, 'tests/fixtures/python/pytorch.json'));
  process.exitCode = status === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
