/** The commands of package.json as a user meets them: run as processes, in a small project made for it. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnSyncReturns } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeIsNewEnough, whyInstall } from '../../../scripts/packages.mjs';
import { countLine, countTests } from '../../../scripts/test-count.mjs';

let project: string;
let scratch: string;
/** Children that a failing test has left. */
const children: ChildProcess[] = [];
const DATA = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) & 255));

beforeAll(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'flipside-scripts-')));
  project = join(scratch, 'project');
  mkdirSync(join(project, 'node_modules'), { recursive: true });
  for (const path of [
    'scripts',
    'package.json',
    'package-lock.json',
    'vite.config.ts',
    'tsconfig.base.json',
    'embed.html',
  ])
    cpSync(path, join(project, path), { recursive: true });
  // The installed packages, but not the caches and stamps among them.
  for (const name of readdirSync('node_modules')) {
    if (!name.startsWith('.') || name === '.package-lock.json')
      symlinkSync(join(process.cwd(), 'node_modules', name), join(project, 'node_modules', name));
  }
  mkdirSync(join(project, 'public', 'models'), { recursive: true });
  writeFileSync(join(project, 'public', 'models', 'weights.onnx_data'), DATA);
  writeFileSync(join(project, 'index.html'), pageOf('one'));
  mkdirSync(join(project, 'src', 'cli'), { recursive: true });
  // What the build itself is made with: the offline worker, the frame for one reading, and the story with two endings from its recordings.
  const rooms = [
    'embed',
    'state/runs',
    'state/storage',
    'offline',
    'base',
    'stats',
    'text',
    'probe',
    'models',
    'reading',
    'steering',
    'charts',
    'json',
    'formats',
    'content',
  ];
  for (const path of [...rooms.map((room) => `src/${room}`), 'public/recordings'])
    cpSync(path, join(project, path), { recursive: true });
  writeFileSync(
    join(project, 'src', 'cli', 'main.ts'),
    "const [status = '0', ...rest]: string[] = process.argv.slice(2);\nprocess.stdout.write(JSON.stringify({ rest, cwd: process.cwd() }));\nprocess.exitCode = Number(status);\n",
  );
});

afterAll(() => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

/** A page with a policy, which is sent with every file as well. */
const POLICY = "default-src 'self'";
const pageOf = (title: string): string =>
  `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>${title}</title>`;

/** Runs a script to its end. */
function run(
  script: string,
  args: readonly string[],
  env: Record<string, string> = {},
  root = project,
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [join(root, 'scripts', script), ...args], {
    cwd: scratch,
    encoding: 'utf8',
    env: environment(env),
    timeout: 60_000,
  });
}

/** This process runs under npm and vitest; the scripts shall not notice. */
function environment(extra: Record<string, string>): Record<string, string | undefined> {
  const {
    npm_lifecycle_event: _event,
    npm_execpath: _npm,
    INIT_CWD: _cwd,
    FLIPSIDE_CHROMIUM: _chromium,
    NODE_OPTIONS: _options,
    ...rest
  } = process.env;
  return { ...rest, CI: '1', NODE_ENV: undefined, VITEST: undefined, ...extra };
}

/** Starts the page and waits for its line. */
const start = (...args: string[]) => startAs({}, ...args);

async function startAs(
  user: { uid?: number; gid?: number },
  ...args: string[]
): Promise<{ child: ChildProcess; url: string; out: () => string; err: () => string }> {
  const child = spawn(process.execPath, [join(project, 'scripts', 'start.mjs'), ...args], {
    ...user,
    env: environment({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let out = '';
  let err = '';
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
      const found = /(http:\S+)/.exec(out);
      if (found?.[1]) resolve(found[1]);
    });
    child.on('exit', () => {
      reject(new Error(`It ended before it served: ${out}${err}`));
    });
  });
  return { child, url, out: () => out, err: () => err };
}

async function stop(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  return (await ended)[0] as unknown;
}

describe('npm start', () => {
  test('builds, prints one line with the address, serves files in parts and stops on Ctrl-C', async () => {
    const { child, url, out, err } = await start();
    expect(out()).toMatch(/^Flipside is at http:\/\/localhost:\d+\/ \(Ctrl-C stops it\)\n$/);
    expect(err()).toBe('flipside: building the page\n');
    const page = await fetch(url);
    expect(await page.text()).toContain('<title>one</title>');
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect(page.headers.get('content-security-policy')).toBe(`${POLICY}; frame-ancestors 'none'`);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');

    const whole = await fetch(`${url}models/weights.onnx_data`);
    expect(Buffer.from(await whole.arrayBuffer()).equals(DATA)).toBe(true);
    const part = await fetch(`${url}models/weights.onnx_data`, { headers: { range: 'bytes=1000-' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 1000-299999/300000']);
    expect(Buffer.from(await part.arrayBuffer()).equals(DATA.subarray(1000))).toBe(true);
    expect((await fetch(`${url}models/missing`)).status).toBe(404);
    expect(await stop(child)).toBe(0);
  });

  test('builds again only after a source has changed', async () => {
    const unchanged = await start();
    expect(unchanged.err()).toBe('');
    await stop(unchanged.child);
    writeFileSync(join(project, 'index.html'), pageOf('two'));
    const changed = await start();
    expect(changed.err()).toContain('building the page');
    expect(await (await fetch(changed.url)).text()).toContain('<title>two</title>');
    await stop(changed.child);
  });

  test('serves a finished build from a folder that it cannot write to', async () => {
    await stop((await start()).child);
    // The first start leaves a stamp among the packages, which another user does not have.
    rmSync(join(project, 'node_modules', '.flipside-stamp'), { force: true });
    rmSync(join(project, 'node_modules', '.vite-temp'), { recursive: true, force: true });
    // Root may write anywhere, and steps down; anyone who else runs this test takes the right from itself.
    const root = process.getuid?.() === 0;
    chmodSync(scratch, 0o755);
    for (const name of ['.', 'node_modules']) chmodSync(join(project, name), 0o555);
    try {
      const { child, url, err } = await startAs(root ? { uid: 65534, gid: 65534 } : {});
      expect(err()).toBe('');
      expect((await fetch(url)).status).toBe(200);
      expect(await stop(child)).toBe(0);
    } finally {
      for (const name of ['.', 'node_modules']) chmodSync(join(project, name), 0o755);
    }
  });

  test('in a folder whose name the builder cannot take says so in one line', () => {
    const root = join(scratch, 'flip#side');
    mkdirSync(root);
    for (const name of readdirSync(project))
      if (!['dist', 'scripts'].includes(name)) symlinkSync(join(project, name), join(root, name));
    cpSync(join(project, 'scripts'), join(root, 'scripts'), { recursive: true });
    const { status, stdout, stderr } = run('start.mjs', [], {}, root);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `flipside: the path ${root}/ holds a "#", behind which the builder looks for no file. Rename that folder and run this again.\n`,
    );
  });

  test('serves the sources themselves in development mode', async () => {
    const { child, url } = await start('--dev');
    const page = await fetch(url);
    expect(await page.text()).toContain('/@vite/client');
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    expect((await fetch(`${url}models/weights.onnx_data`, { headers: { range: 'bytes=299990-' } })).status).toBe(206);
    expect(await stop(child)).toBe(0);
  });

  test('refuses a port that is in use, in one line', async () => {
    const other = createServer().listen(0, 'localhost');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, stdout, stderr } = run('start.mjs', ['--port', String(port)]);
    other.close();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `flipside: port ${String(port)} is in use or not allowed; stop the program that uses it, or choose another with --port N.\n`,
    );
  });

  test.each([
    [['--port', 'x'], 'flipside: --port takes a number from 1 to 65535, got "x".\n'],
    [['--colour'], "flipside: Unknown option '--colour'"],
  ])('refuses %j in one line', (args, words) => {
    const { status, stdout, stderr } = run('start.mjs', args);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.startsWith(words)).toBe(true);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('npm run flipside', () => {
  test('hands on arguments, exit status and nothing but the output of the program', () => {
    const { status, stdout, stderr } = run('flipside.mjs', ['7', '--text', 'a b', '']);
    expect(stderr).toBe('');
    expect(status).toBe(7);
    expect(JSON.parse(stdout)).toEqual({ rest: ['--text', 'a b', ''], cwd: scratch });
  });

  test('takes relative paths from where the user stands, not from where npm goes', () => {
    const { stdout } = run('flipside.mjs', ['0'], { npm_lifecycle_event: 'flipside', INIT_CWD: tmpdir() });
    expect(JSON.parse(stdout)).toMatchObject({ cwd: realpathSync(tmpdir()) });
  });
});

describe('packages', () => {
  test.each([
    ['v18.20.0', false],
    ['20.18.3', false],
    ['20.19.0', true],
    ['22.0.0', true],
  ])('Node %s is new enough: %s', (version, expected) => {
    expect(nodeIsNewEnough(version)).toBe(expected);
  });

  /** A project with one dependency, which lies in a folder of its own, so that npm needs no network. */
  function fresh(name: string): string {
    const root = join(scratch, name);
    mkdirSync(join(root, 'dep'), { recursive: true });
    cpSync(join(project, 'scripts'), join(root, 'scripts'), { recursive: true });
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', dependencies: { dep: 'file:dep' } }),
    );
    writeFileSync(
      join(root, 'dep', 'package.json'),
      JSON.stringify({ name: 'dep', version: '1.0.0', main: 'main.js' }),
    );
    const packages = {
      '': { name, version: '1.0.0', dependencies: { dep: 'file:dep' } },
      dep: { version: '1.0.0' },
      'node_modules/dep': { resolved: 'dep', link: true },
    };
    writeFileSync(
      join(root, 'package-lock.json'),
      JSON.stringify({ name, version: '1.0.0', lockfileVersion: 3, packages }),
    );
    return root;
  }

  const ENSURE =
    "import { ensurePackages } from './scripts/packages.mjs'; ensurePackages(); process.stdout.write('there');";
  const ensure = (root: string, env: Record<string, string> = {}): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, ['--input-type=module', '-e', ENSURE], {
      cwd: root,
      encoding: 'utf8',
      env: environment(env),
    });

  test('that are missing are installed, once, and standard output stays clean', () => {
    const root = fresh('fresh');
    expect(whyInstall(root)).toBe('the npm packages are not installed yet');
    const first = ensure(root);
    expect([first.status, first.stdout]).toEqual([0, 'there']);
    expect(first.stderr).toContain('installing npm packages, because the npm packages are not installed yet');
    expect(whyInstall(root)).toBeNull();
    expect(ensure(root)).toMatchObject({ status: 0, stdout: 'there', stderr: '' });
  });

  test('that are of another version than the lockfile says are installed again', () => {
    const root = fresh('changed');
    ensure(root);
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    writeFileSync(
      join(root, 'package-lock.json'),
      lock.replace('"dep":{"version":"1.0.0"}', '"dep":{"version":"1.0.1"}'),
    );
    expect(whyInstall(root)).toBe('dep is not at version 1.0.1');
    // A lockfile that is only written anew asks for nothing.
    writeFileSync(join(root, 'package-lock.json'), `${lock}\n`);
    expect(whyInstall(root)).toBeNull();
  });

  test('cannot be installed without npm, and it says so in one line', () => {
    const { status, stdout, stderr } = ensure(fresh('no-npm'), { PATH: scratch });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^flipside: npm could not be started \(.*ENOENT\); install npm/);
  });

  test('that npm cannot install end it with a failure', () => {
    const root = fresh('broken');
    writeFileSync(
      join(root, 'package.json'),
      JSON.stringify({ name: 'broken', version: '1.0.0', dependencies: { dep: 'file:dep', other: 'file:other' } }),
    );
    const { status, stdout, stderr } = ensure(root);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n').at(-1)).toMatch(
      /^flipside: "npm ci" failed with exit status \d+; its reason stands above/,
    );
  });
});

describe('Chromium for the tests', () => {
  const ENSURE = "import { ensureChromium } from './scripts/ensure-chromium.mjs'; ensureChromium();";
  const ensure = (env: Record<string, string>): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, ['--input-type=module', '-e', ENSURE], {
      cwd: project,
      encoding: 'utf8',
      env: environment(env),
    });

  /** A PATH with an apt-get that writes down what it was asked, and brings a Chromium when it is asked to install. */
  function fakeSystem(name: string, chromium: string): string {
    const bin = join(scratch, name);
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'apt-get'),
      `#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> ${bin}/asked\ncase "$1" in install) printf '#!/bin/sh\\n${chromium}\\n' > ${bin}/chromium; /bin/chmod +x ${bin}/chromium;; esac\n`,
    );
    chmodSync(join(bin, 'apt-get'), 0o755);
    return bin;
  }

  test('is installed where the user may, and the line to type is named where not', () => {
    const bin = fakeSystem('bin', 'echo Chromium 1.2.3');
    const { status, stderr } = ensure({ PATH: bin });
    if (process.getuid?.() === 0) {
      expect(readFileSync(join(bin, 'asked'), 'utf8').split('\n').slice(0, 2)).toEqual([
        'noninteractive update -q',
        'noninteractive install -q -y --no-install-recommends chromium fonts-dejavu-core',
      ]);
      expect([status, stderr]).toEqual([0, 'flipside: installing Chromium\nflipside: testing with Chromium 1.2.3\n']);
    } else {
      expect(status).toBe(1);
      expect(stderr).toContain(
        'type: sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium fonts-dejavu-core',
      );
    }
  });

  test('must start, not only be there', () => {
    const bin = fakeSystem('pointer', 'exit 0');
    writeFileSync(join(bin, 'chromium'), '#!/bin/sh\necho "requires the chromium snap" >&2\nexit 10\n');
    chmodSync(join(bin, 'chromium'), 0o755);
    const { status, stderr } = ensure({ PATH: bin });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /does not start \(requires the chromium snap\); install Chromium or Google Chrome and set FLIPSIDE_CHROMIUM/,
    );
  });

  test('that is named and not there is said so', () => {
    expect(ensure({ FLIPSIDE_CHROMIUM: '/nowhere' })).toMatchObject({
      status: 1,
      stderr: 'flipside: FLIPSIDE_CHROMIUM names /nowhere, and there is no such file; correct it or unset it.\n',
    });
  });
});

describe('the line of counts', () => {
  const file = (status: string, ...statuses: string[]): { status: string; assertionResults: { status: string }[] } => ({
    status,
    assertionResults: statuses.map((each) => ({ status: each })),
  });

  test('counts every test, and a file that fails before its first test as one failure', () => {
    const counts = countTests({
      testResults: [
        file('passed', 'passed', 'passed'),
        file('failed', 'failed', 'passed'),
        file('failed'),
        file('passed', 'pending', 'todo', 'skipped'),
      ],
    });
    expect(counts).toEqual({ passed: 3, failed: 2, skipped: 3 });
    expect(countLine(counts)).toBe('flipside: 3 passed, 2 failed, 3 skipped');
  });

  test('names the checks that failed', () => {
    expect(countLine(countTests({}), ['lint', 'types'])).toBe(
      'flipside: 0 passed, 0 failed, 0 skipped (checks failed: lint, types)',
    );
  });
});
