import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { CHROMIUM, CHROMIUM_FLAGS, SOFTWARE_GPU_FLAGS } from './scripts/chromium.mjs';
import { flipsideOnToy } from './tests/fixtures/toy/command-on-toy.ts';
import { builtEngine } from './tests/fixtures/servers/built-engine.ts';
import { chatModelServer } from './tests/fixtures/servers/chat-model-server.ts';
import { hubServer } from './tests/fixtures/servers/hub-server.ts';
import { leadingOn } from './tests/fixtures/servers/leading-on.ts';
import { modelServer } from './tests/fixtures/servers/model-server.ts';
import { shelfServer } from './tests/fixtures/servers/shelf-server.ts';
import { siteHeaders } from './vite.config.ts';

/** A project that runs in real Chromium; `flags` decide whether it has a WebGPU adapter. */
const inChromium = (name: string, include: string[], flags: readonly string[]) => ({
  plugins: [svelte(), modelServer(), hubServer(), chatModelServer(), shelfServer(), leadingOn(), builtEngine()],
  server: { headers: siteHeaders },
  worker: { format: 'es' as const },
  optimizeDeps: {
    exclude: ['onnxruntime-web', '@mlc-ai/web-llm'],
    include: [
      '@noble/hashes/sha2.js',
      '@noble/hashes/legacy.js',
      '@noble/hashes/utils.js',
      '@huggingface/tokenizers',
      '@huggingface/jinja',
    ],
  },
  test: {
    name,
    include,
    testTimeout: 120_000,
    // What a test waits for may come late on a busy machine; the default is one second.
    expect: { poll: { timeout: 60_000 } },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS, ...flags] } }),
      commands: { flipsideOnToy },
      instances: [{ browser: 'chromium' as const }],
    },
  },
});

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'node', environment: 'node', include: ['tests/node/**/*.test.ts'], testTimeout: 180_000 } },
      inChromium('browser', ['tests/browser/**/*.test.ts'], SOFTWARE_GPU_FLAGS),
      inChromium('nogpu', ['tests/nogpu/**/*.test.ts'], []),
      {
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
