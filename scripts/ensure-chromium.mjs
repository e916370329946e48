/** Sees to it that there is a Chromium for the tests: installs it where this user may, and otherwise names the line to type. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { findChromium } from './chromium.mjs';
import { fail, say } from './packages.mjs';

/** Chromium draws text in the tests; a bare container has no font at all. */
const PACKAGES = ['chromium', 'fonts-dejavu-core'];

/** Ends the program with one line when there is no Chromium that starts. */
export function ensureChromium() {
  if (process.env['FLIPSIDE_CHROMIUM'] && findChromium() === null) {
    fail(
      `FLIPSIDE_CHROMIUM names ${process.env['FLIPSIDE_CHROMIUM']}, and there is no such file; correct it or unset it.`,
    );
  }
  if (findChromium() === null) install();
  const path = findChromium();
  if (path === null) fail(`Chromium is still not on the PATH; install it or set FLIPSIDE_CHROMIUM to its path.`);
  // A package can be a mere pointer to a snap that is not there (Ubuntu), so being there is not enough.
  const started = spawnSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8', timeout: 60_000 });
  if (started.status !== 0) {
    fail(
      `${path} does not start (${firstLine(started.stderr) || started.error?.message || `exit status ${started.status}`}); install Chromium or Google Chrome and set FLIPSIDE_CHROMIUM to its path.`,
    );
  }
  say(`testing with ${started.stdout.trim()}`);
}

function install() {
  const aptGet = process.platform === 'linux' && isDebianLike();
  if (!aptGet)
    fail(
      'Chromium is needed for the tests; install Chromium or Google Chrome, or set FLIPSIDE_CHROMIUM to the path of one.',
    );
  if (process.getuid?.() !== 0)
    fail(
      `Chromium is needed for the tests; type: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${PACKAGES.join(' ')}`,
    );
  say('installing Chromium');
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  for (const args of [
    ['update', '-q'],
    ['install', '-q', '-y', '--no-install-recommends', ...PACKAGES],
  ]) {
    const { status, error } = spawnSync('apt-get', args, options);
    if (status !== 0)
      fail(
        `"apt-get ${args.join(' ')}" failed (${error?.message ?? `exit status ${status}`}); its reason stands above.`,
      );
  }
}

function isDebianLike() {
  if (!existsSync('/etc/os-release')) return false;
  return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
}

function firstLine(text) {
  return (text ?? '').trim().split('\n')[0] ?? '';
}
