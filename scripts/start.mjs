/**
 * `npm start`: from a fresh clone to the page in the browser. Installs what is missing, builds, serves the build and
 * prints its address as the one line on standard output; everything else goes to standard error.
 *
 *   --dev       the development server instead of the build
 *   --port N    this port and no other (otherwise the first free one from 4173)
 *   --no-open   do not open a browser
 */
import { spawn } from 'node:child_process';
import { createServer as createTcpServer } from 'node:net';
import { parseArgs } from 'node:util';
import { ensureBuild } from './build.mjs';
import { ensurePackages, fail, ROOT } from './packages.mjs';

const FIRST_PORT = 4173;
const PORTS_TRIED = 100;
const HOST = 'localhost';

const options = readOptions();
// The port first: after two minutes of installing nobody wants to hear that it was taken all along.
const port = await choosePort(options.port);
ensurePackages();
const server = await serve(options.dev, port);
const address = `http://${HOST}:${port}/`;
process.stdout.write(`Flipside is at ${address} (Ctrl-C stops it)\n`);
if (options.open) openBrowser(address);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    // Open connections would hold the server back; nothing in them is worth waiting for.
    setTimeout(() => process.exit(0), 1000).unref();
    server.close().finally(() => process.exit(0));
  });
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { dev: { type: 'boolean' }, port: { type: 'string' }, 'no-open': { type: 'boolean' } },
    });
    const asked = values.port === undefined ? null : Number(values.port);
    if (asked !== null && !(Number.isInteger(asked) && asked >= 1 && asked <= 65535))
      fail(`--port takes a number from 1 to 65535, got "${values.port}".`);
    return {
      dev: values.dev === true,
      port: asked,
      open: values['no-open'] !== true && !process.env['CI'] && hasDisplay(),
    };
  } catch (error) {
    return fail(`${error.message} Known options: --dev, --port N, --no-open.`);
  }
}

async function choosePort(asked) {
  if (asked !== null) {
    if (await isFree(asked)) return asked;
    fail(`port ${asked} is in use or not allowed; stop the program that uses it, or choose another with --port N.`);
  }
  for (let candidate = FIRST_PORT; candidate < FIRST_PORT + PORTS_TRIED; candidate++)
    if (await isFree(candidate)) return candidate;
  return fail(`no port from ${FIRST_PORT} to ${FIRST_PORT + PORTS_TRIED - 1} is free; choose one with --port N.`);
}

function isFree(candidate) {
  return new Promise((resolve) => {
    const probe = createTcpServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port: candidate, host: HOST, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

async function serve(dev, chosen) {
  const where = { port: chosen, host: HOST, strictPort: true, open: false };
  // Without 'mpa' a missing file would be answered by the start page, and status 200.
  const common = { root: ROOT, logLevel: 'warn', appType: 'mpa' };
  try {
    const vite = await import('vite');
    if (dev) return await (await vite.createServer({ ...common, server: where })).listen();
    await ensureBuild();
    // Here the configuration is not bundled to a file first: a folder that cannot be written to is served all the same.
    return await vite.preview({ ...common, configLoader: 'runner', preview: where });
  } catch (error) {
    return fail(
      `the page could not be ${dev ? 'served' : 'built or served'}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function hasDisplay() {
  return (
    process.platform === 'darwin' ||
    process.platform === 'win32' ||
    Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
  );
}

/** Opens the user's browser if there is a way to; the address is on the screen in any case. */
function openBrowser(url) {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
