/** Runs whose steering the page cannot make again say so, before any probe is looked for. */
import { expect, it } from 'vitest';
import { steeringArgsOf } from '../../../../src/state/probes/steered-by.ts';
import type { Session } from '../../../../src/state/engine/session.svelte.ts';
import { combinedSteering } from '../../../fixtures/samples/sample-run.ts';

const { also: _also, when: _when, ...single } = combinedSteering;
it.each([
  ['several directions', { ...single, also: combinedSteering.also! }, /steered along 2 directions at once/],
  ['a condition', { ...single, when: combinedSteering.when! }, /steered under a condition/],
  ['both', combinedSteering, /steered under a condition/],
])('%s', async (_, record, message) => {
  await expect(steeringArgsOf(record, [], {} as Session)).rejects.toMatchObject({
    code: 'push-invalid',
    message: expect.stringMatching(message) as string,
  });
});
