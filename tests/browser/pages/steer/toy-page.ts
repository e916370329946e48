/** The Steer place over the engine's own worker, which computes the toy decoder, with three probes of it. */
import { expect } from 'vitest';
import { page } from 'vitest/browser';
import { sha256Hex } from '../../../../src/engine/store/sha256.ts';
import { weightsSha256 } from '../../../../src/engine/store/manifest.ts';
import { readOffer } from '../../../../src/state/probes/read-offer.ts';
import type { AppParts } from '../../../../src/state/app.svelte.ts';
import type { EngineClient } from '../../../../src/worker/client/engine-client.ts';
import { createWorkerClient } from '../../../../src/worker/client/worker-client.ts';
import { toyDecoderFiles } from '../../../fixtures/toy/toy-graph.ts';
import { toyProbe } from '../../../fixtures/toy/toy-probe.ts';
import { TOY_MANIFEST } from '../../../fixtures/toy/toy-site.ts';
import { unfold } from '../support/steer-page.ts';
import { button, load, openAt } from '../support/whole-page.ts';

const { graph, weights } = toyDecoderFiles();
const WEIGHTS = weightsSha256([
  { role: 'graph', sha256: sha256Hex(graph) },
  ...[...weights.values()].map((bytes) => ({ role: 'weights' as const, sha256: sha256Hex(bytes) })),
]);

/** The probes by their id, as files. */
export const PROBES = {
  'kind-cruel': toyProbe('kind-cruel', 'Kind–cruel', ['kind', 'cruel'], 1, WEIGHTS),
  'formal-casual': toyProbe('formal-casual', 'Formal–casual', ['formal', 'casual'], 2, WEIGHTS),
  'warm-cold': toyProbe('warm-cold', 'Warm–cold', ['warm', 'cold'], 3, WEIGHTS),
};

const shipped = Object.entries(PROBES).map(([id, { json, tensors }]) =>
  readOffer({
    key: `shipped:${id}`,
    title: (JSON.parse(json) as { title: string }).title,
    origin: 'shipped',
    json: async () => json,
    tensors: async () => tensors.slice().buffer,
    reportJson: async () => null,
  }),
);

function connect(): EngineClient {
  const client = createWorkerClient(new Worker(new URL('./toy.worker.ts', import.meta.url), { type: 'module' }));
  const model = { kind: 'site', manifestUrl: TOY_MANIFEST } as const;
  return { ...client, load: (_, options) => client.load({ model, hosts: [], backend: 'wasm' }, options) };
}

/** Opens a page of the toy. */
export function openToy(hash: string, more: Partial<AppParts> = {}): ReturnType<typeof openAt> {
  return openAt(hash, {}, { connect, shipped, ...more });
}

/** Opens Steer with the toy loaded, which writes so many tokens and is steered at its last layer. */
export async function openSteer(tokens: number, more: Partial<AppParts> = {}): ReturnType<typeof openAt> {
  const screen = await openToy('#/steer', more);
  await load();
  await unfold('More settings');
  await expect.element(page.getByText('1 to 3; one layer')).toBeVisible();
  await page.getByLabelText('first', { exact: true }).fill('3');
  await page.getByLabelText('Tokens', { exact: true }).fill(String(tokens));
  await unfold('More directions and a condition');
  await expect.element(button('Add a direction')).toBeVisible();
  return screen;
}
