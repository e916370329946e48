/** Python with numpy for the tests: where it is. Installs it where this user may, and otherwise names the line to type. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fail, say } from './packages.mjs';

const PACKAGES = ['python3', 'python3-numpy'];

/** @returns {string | null} the Python that PYTHON names, else the first with numpy */
export function findPython() {
  const named = process.env['PYTHON'];
  return (
    (named ? [named] : ['python3', '/usr/bin/python3', 'python']).find(
      (path) => spawnSync(path, ['-c', 'import numpy'], { stdio: 'ignore' }).status === 0,
    ) ?? null
  );
}

/** Ends the program with one line when there is no Python with numpy. */
export function ensurePython() {
  if (findPython() !== null) return;
  const line = `apt-get install -y --no-install-recommends ${PACKAGES.join(' ')}`;
  const debian =
    existsSync('/etc/os-release') && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  if (!debian || process.getuid?.() !== 0 || process.env['PYTHON'])
    fail(`The tests need Python with numpy; install it (on Debian: sudo ${line}), or let PYTHON name one.`);
  say('installing Python with numpy');
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-q'], options);
  spawnSync('apt-get', line.split(' ').slice(1), options);
  if (findPython() === null) fail(`"${line}" did not bring a Python with numpy; its reason stands above.`);
}
