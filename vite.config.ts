import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { offline } from './scripts/offline.mjs';

/** Cross-origin isolation lets the WASM provider use threads; nothing else needs it. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Files of the same name in the folders of probes stay apart, also for whoever keeps them from build to build. */
const assetFileNames = ({ originalFileNames: [source = ''] }: { readonly originalFileNames: readonly string[] }): string => {
  const probe = /^probes\/([\w-]+)\/[^/]+$/.exec(source)?.[1];
  return `assets/${probe === undefined ? '' : `${probe}.`}[name]-[hash][extname]`;
};

export default defineConfig({
  base: './',
  // A missing file must be a plain 404: the model store would take a page for a model.
  appType: 'mpa',
  plugins: [svelte(), offline()],
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1600,
    // What scripts/budgets.mjs counts by.
    manifest: true,
    rolldownOptions: { output: { assetFileNames } },
  },
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
});
