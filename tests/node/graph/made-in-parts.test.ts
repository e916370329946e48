/** Weights of a built graph that are multiplied out on the way: made from some rows at a time they are those made from the whole. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openGgufFiles } from '../../../src/engine/checkpoint/open-checkpoint.ts';
import { lazyFile } from '../../../src/engine/ort/lazy-file.ts';
import { withForms } from '../../../src/graph/products/forms.ts';

test.each(['llama/q4_0.gguf', 'llama/q8_0.gguf', 'smollm2/q4_1.gguf', 'k_quants/k_quants.gguf'])('%s', (path) => {
  const bytes = new Uint8Array(readFileSync(new URL(`../../fixtures/containers/${path}`, import.meta.url)));
  const read = (from: number, to: number): Uint8Array => bytes.slice(from, to);
  const { graph, weights } = openGgufFiles([{ name: 'm.gguf', path: 'm.gguf', bytes: bytes.length, read }]);
  const whole = new Map(weights.map((file) => [file.file, file.whole()]));
  const lazy = new Map(
    weights.map((file) => [file.file, lazyFile(file.bytes, (from, to) => file.part(from, to))] as const),
  );
  // Parts of a few rows each: heads and projections are cut within and between the heads that are put in another order.
  const made = (files: ReadonlyMap<string, Uint8Array>): Uint8Array | undefined =>
    withForms(graph, files, () => 'float', 3000).made?.whole();
  expect(made(lazy)?.length).toBeGreaterThan(0);
  expect(Buffer.compare(made(lazy) ?? Buffer.of(), made(whole) ?? Buffer.of())).toBe(0);
});
