import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { type Connect, defineConfig, type Plugin } from 'vite';
import { EMBED, embed } from './scripts/embed.mjs';
import { notices } from './scripts/notices.mjs';
import { offline } from './scripts/offline.mjs';
import { FORK } from './src/content/front.ts';
import { serialiseFork } from './src/formats/runs/fork-json.ts';
import { parseRecording } from './src/formats/runs/recording-json.ts';
import { HOSTS_VARIABLE, parseModelHosts } from './src/models/model-hosts.ts';

/** Cross-origin isolation lets the WASM provider use threads. Nothing is taken for a script or a style that is not sent as one. */
export const siteHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'X-Content-Type-Options': 'nosniff',
};

/** What a policy in a page cannot say and a header can: that no other page shows this one in a frame. */
const HEADER_ONLY = "frame-ancestors 'none'";

/** Files of the same name in the folders of probes stay apart, also for whoever keeps them from build to build. */
const assetFileNames = ({
  originalFileNames: [source = ''],
}: {
  readonly originalFileNames: readonly string[];
}): string => {
  const probe = /^probes\/([\w-]+)\/[^/]+$/.exec(source)?.[1];
  return `assets/${probe === undefined ? '' : `${probe}.`}[name]-[hash][extname]`;
};

/** Sends the policy that stands in a page with every file beside it: what is started from an address has no other. */
function sendPolicy(middlewares: Connect.Server, html: string): void {
  const [, policy] = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html) ?? [];
  if (policy === undefined) throw new Error('index.html must hold a Content-Security-Policy.');
  middlewares.use(({ url = '' }, response, next) => {
    // An embedded reading is made to be shown in frames, and has a policy of its own in it.
    if (!url.split('?')[0]?.endsWith(`/${EMBED.page}`))
      response.setHeader('Content-Security-Policy', `${policy}; ${HEADER_ONLY}`);
    next();
  });
}

/** Lets the page ask the hosts that the environment names, and tells it their names; without any it asks only where it came from. */
export function modelHosts(named: string): Plugin {
  const { hosts, wrong } = parseModelHosts(named);
  if (wrong !== null)
    throw plainError(
      `${HOSTS_VARIABLE} holds "${wrong}", which is no https origin such as https://huggingface.co or https://*.hf.co, nor http://localhost:PORT, nor the word huggingface. At most 16 are taken, with spaces between.`,
    );
  const allow = (html: string): string => {
    if (hosts.length === 0) return html;
    const policy = "connect-src 'self'";
    if (html.split(policy).length !== 2) throw new Error(`index.html must hold ${policy} once.`);
    return html
      .replace(policy, `${policy} ${hosts.join(' ')}`)
      .replace(
        '<meta name="viewport"',
        `<meta name="flipside-model-hosts" content="${hosts.join(' ')}" />\n    <meta name="viewport"`,
      );
  };
  return {
    name: 'flipside-model-hosts',
    transformIndexHtml: { order: 'pre', handler: allow },
    configureServer: ({ middlewares, config }) =>
      sendPolicy(middlewares, allow(readFileSync(resolve(config.root, 'index.html'), 'utf8'))),
    // A build has the hosts in it that it was made with.
    configurePreviewServer: ({ middlewares, config }) =>
      sendPolicy(middlewares, readFileSync(resolve(config.root, config.build.outDir, 'index.html'), 'utf8')),
  };
}

/** Where the page finds the story of its first view. */
const FORK_FILE = 'recordings/fork.json';

/** Makes the story of the first view from the recordings that it is told by, so that it always says what they say. */
export function forkFile(): Plugin {
  const make = (root: string): string => {
    const recording = (id: string): ReturnType<typeof parseRecording> =>
      parseRecording(readFileSync(resolve(root, 'public/recordings', `${id}.json`), 'utf8'));
    return serialiseFork(recording(FORK.a.id), recording(FORK.b.id));
  };
  let root = '.';
  return {
    name: 'flipside-fork',
    configResolved: (config) => void (root = config.root),
    configureServer: ({ middlewares }) => {
      middlewares.use(`/${FORK_FILE}`, (_, response) =>
        response.setHeader('Content-Type', 'application/json').end(make(root)),
      );
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: FORK_FILE, source: make(root) });
    },
  };
}

/**
 * Puts all that the page asks for before anything is pressed into one script. In many small ones, as other places share its parts, the
 * same code takes a tenth more to send (124 kB against 112).
 */
function firstScript(): { readonly plugin: Plugin; readonly group: { name: string; test: (id: string) => boolean } } {
  const first = new Set<string>();
  return {
    plugin: {
      name: 'flipside-first-script',
      buildEnd() {
        const visit = (id: string): void => {
          if (first.has(id)) return;
          first.add(id);
          this.getModuleInfo(id)?.importedIds.forEach(visit);
        };
        for (const id of this.getModuleIds()) if (this.getModuleInfo(id)?.isEntry === true) visit(id);
      },
    },
    group: { name: 'first', test: (id) => first.has(id) },
  };
}

/** An error of whoever builds, not of the program: Vite prints what `inspect` says of it, and a stack would bury the sentence. */
function plainError(message: string): Error {
  return Object.assign(new Error(message), { [inspect.custom]: () => message });
}

const licences = notices();
const first = firstScript();

export default defineConfig({
  base: './',
  // A missing file must be a plain 404: the model store would take a page for a model.
  appType: 'mpa',
  plugins: [
    svelte(),
    first.plugin,
    forkFile(),
    modelHosts(process.env[HOSTS_VARIABLE] ?? ''),
    licences.page,
    embed(),
    offline(),
  ],
  worker: { format: 'es', plugins: () => [licences.workers()] },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1600,
    // What scripts/budgets.mjs counts by.
    manifest: true,
    rolldownOptions: { output: { assetFileNames, codeSplitting: { groups: [first.group] } } },
  },
  server: { headers: siteHeaders },
  preview: { headers: siteHeaders },
});
