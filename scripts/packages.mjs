/**
 * Sees to it that Node is new enough and that the npm packages of package-lock.json are there.
 * Node's own modules only: this is the first thing that runs after a clone. Everything it says goes to standard error.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const OLDEST_NODE = [20, 19];

/** Ends the program with one line on standard error: what happened and what to do. */
export function fail(message) {
  process.stderr.write(`flipside: ${message}\n`);
  process.exit(1);
}

/** A line about what is being done, on standard error so that standard output stays the program's own. */
export function say(message) {
  process.stderr.write(`flipside: ${message}\n`);
}

/** @returns {boolean} whether a version such as `20.19.1` is at least {@link OLDEST_NODE} */
export function nodeIsNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/**
 * Why the packages have to be installed, or null when they match the lockfile.
 * A stamp answers at once; without one (the user ran `npm ci` by hand) npm's own record of what it installed is compared.
 */
export function whyInstall(root = ROOT) {
  const lockPath = join(root, 'package-lock.json');
  const recordPath = join(root, 'node_modules', '.package-lock.json');
  // npm writes its record last, so an interrupted installation has none.
  if (!existsSync(recordPath)) return 'the npm packages are not installed yet';
  const lockText = readFileSync(lockPath, 'utf8');
  if (readStamp(root) === stampOf(lockText)) return null;
  const wanted = JSON.parse(lockText).packages ?? {};
  const installed = JSON.parse(readFileSync(recordPath, 'utf8')).packages ?? {};
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const have = installed[path];
    // Optional packages are for other systems as often as for this one.
    if (have === undefined && entry.optional) continue;
    if (have === undefined || have.version !== entry.version)
      return `${path.replace(/^node_modules\//, '')} is not at version ${entry.version}`;
  }
  return null;
}

/** Installs the packages of the lockfile unless they are there; ends the program with a reason when it cannot. */
export function ensurePackages(root = ROOT) {
  if (!nodeIsNewEnough(process.versions.node)) {
    fail(
      `Node ${process.versions.node} is too old; install Node ${OLDEST_NODE.join('.')} or newer (https://nodejs.org) and run this again.`,
    );
  }
  const reason = whyInstall(root);
  if (reason !== null) {
    say(`installing npm packages, because ${reason}`);
    const result = npm(['ci', '--no-progress', '--loglevel=error'], root);
    if (result.error)
      fail(
        `npm could not be started (${result.error.message}); install npm, which comes with Node (https://nodejs.org), and run this again.`,
      );
    if (result.status !== 0)
      fail(
        `"npm ci" failed with exit status ${result.status}; its reason stands above. Check the network connection and run this again.`,
      );
  }
  const stamp = stampOf(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  if (readStamp(root) === stamp) return;
  try {
    writeFileSync(stampPath(root), `${stamp}\n`);
  } catch (error) {
    // Another user's folder: it only saves a second.
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error;
  }
}

/** Runs npm with all its output on standard error. Under `npm run` the same npm is used again. */
function npm(args, root) {
  const stdio = ['ignore', 2, 2];
  const cli = process.env['npm_execpath'];
  if (cli && /npm-cli\.c?js$/.test(cli)) return spawnSync(process.execPath, [cli, ...args], { cwd: root, stdio });
  // On Windows npm is a batch file, which needs a shell.
  return spawnSync('npm', args, { cwd: root, stdio, shell: process.platform === 'win32' });
}

function stampOf(lockText) {
  return createHash('sha256').update(lockText).digest('hex');
}

function stampPath(root) {
  return join(root, 'node_modules', '.flipside-stamp');
}

function readStamp(root) {
  return existsSync(stampPath(root)) ? readFileSync(stampPath(root), 'utf8').trim() : null;
}
