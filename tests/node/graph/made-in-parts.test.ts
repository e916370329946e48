/** Weights of a built graph that are multiplied out on the way: made from some rows at a time they are those made from the whole. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  openGgufFiles,
  openSafetensorsFiles,
  type OpenedCheckpoint,
} from '../../../src/engine/checkpoint/open-checkpoint.ts';
import { lazyFile } from '../../../src/engine/ort/lazy-file.ts';
import { withForms } from '../../../src/graph/products/forms.ts';

const fixture = (path: string): URL => new URL(`../../fixtures/containers/${path}`, import.meta.url);
const fileOf = (name: string, bytes: Uint8Array) => {
  const read = (from: number, to: number): Uint8Array => bytes.slice(from, to);
  return { name, path: name, bytes: bytes.length, read };
};
const gguf = (path: string): OpenedCheckpoint =>
  openGgufFiles([fileOf('m.gguf', new Uint8Array(readFileSync(fixture(path))))]);
const safetensors = (model: string, kept: 8 | 4): OpenedCheckpoint =>
  openSafetensorsFiles(
    { config: readFileSync(fixture(`${model}/config.json`), 'utf8'), index: null },
    [fileOf('model.safetensors', new Uint8Array(readFileSync(fixture(`${model}/model.safetensors`))))],
    { kept },
  );

test.each([
  ...['llama/q4_0.gguf', 'llama/q8_0.gguf', 'smollm2/q4_1.gguf', 'k_quants/k_quants.gguf'].map(
    (path) => [path, () => gguf(path)] as const,
  ),
  ['llama in 8 bits', () => safetensors('llama', 8)],
  ['phi3 in 4 bits', () => safetensors('phi3', 4)],
] as const)('%s', (_, open) => {
  const { graph, weights } = open();
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
