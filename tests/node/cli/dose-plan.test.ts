/** What a dose–response is measured on where nobody says otherwise: the same by the command and on the page. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Options } from '../../../src/cli/command.ts';
import { DOSE_OPTIONS, dosePlanFrom } from '../../../src/cli/dose-plan.ts';
import { STEERING_OPTIONS } from '../../../src/cli/steering-options.ts';
import { ROOT } from '../../fixtures/command.ts';
import { PROBE } from '../../fixtures/embedded-model.ts';

const plan = (...args: string[]) =>
  dosePlanFrom(new Options('steer', args, { ...STEERING_OPTIONS, ...DOSE_OPTIONS }), PROBE);

test('the choices are those that are matched word for word, though others of the same axis come first by name', async () => {
  const { measure } = await plan();
  expect(measure.choices).toMatchObject({ name: 'kind-cruel-choices' });
  expect(measure.control).toMatchObject({ name: 'luck-choices' });
  expect(measure.choices.choices).toHaveLength(30);
});

test('others can be named', async () => {
  const free = join(ROOT, 'probes/choices/kind-cruel-free.set.json');
  expect((await plan('--choices', free)).measure.choices.name).toBe('kind-cruel-free-choices');
});
