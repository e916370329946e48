/**
 * Runs the programs that the command `python` writes against PyTorch: `npm run -s check:python`. Not part of the tests, for it
 * needs Python with the packages that docs/python.md names; `PYTHON` names the interpreter. With `-- --write` what PyTorch found
 * becomes tests/fixtures/python/pytorch.json, which the tests hold the programs to. With `-- --page` it runs those that the built
 * page copies instead, on the embedded model: a test presses the buttons in Chromium and saves them.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureBuild } from './build.mjs';
import { ROOT } from './packages.mjs';

const ofPage = process.argv.includes('--page');
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

/** Runs a program of Node here; ends this one where it fails. */
function node(args, env = {}) {
  const { status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${String(status)}`);
}

/** The programs of the page, and beside them the copy of the weights that they name. */
async function writeFromPage() {
  await ensureBuild();
  node(['node_modules/vitest/vitest.mjs', 'run', '--project', 'e2e', 'tests/e2e/python.test.ts'], {
    FLIPSIDE_PROGRAMS: folder,
  });
  const name = 'smollm2-135m-instruct-q4';
  const copy = join(folder, `${name}-float32`);
  node(['scripts/flipside.mjs', 'weights', '--model', join(ROOT, 'public/models', name), '--out', copy]);
}

try {
  if (ofPage) await writeFromPage();
  else
    node(['--import', join(ROOT, 'node_modules/tsx/dist/loader.mjs'), 'tests/fixtures/python/write.ts', folder], {
      TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.base.json'),
    });
  const programs = readdirSync(folder).filter((name) => name.endsWith('.py'));
  const runner = join(folder, 'runner');
  writeFileSync(runner, RUNNER);
  const python = process.env.PYTHON ?? 'python3';
  const { status, error } = spawnSync(python.includes('/') ? resolve(python) : python, [runner, folder], {
    // Programs of the page name a folder beside themselves.
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, TRANSFORMERS_VERBOSITY: 'error', HF_HUB_DISABLE_PROGRESS_BARS: '1', TQDM_DISABLE: '1' },
  });
  if (error !== undefined) throw error;
  process.stdout.write(`${programs.length - (status ?? 0)} of ${programs.length} programs found the same number\n`);
  if (status === 0 && !ofPage && process.argv.includes('--write'))
    copyFileSync(join(folder, 'found.json'), join(ROOT, 'tests/fixtures/python/pytorch.json'));
  process.exitCode = status === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
