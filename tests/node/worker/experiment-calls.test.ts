/** Experiments as the worker runs them: parts are told as they end, are taken back in, and give the report of one run. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import type { ExperimentPart, ExperimentProgress } from '../../../src/experiments/experiment-run.ts';
import { STORIES_SET } from '../../../src/probe/training-defaults.ts';
import type { Reach } from '../../../src/experiments/reach.ts';
import { parseUnits } from '../../../src/experiments/unit-file.ts';
import { createExperimentCalls } from '../../../src/worker/host/experiment-calls.ts';
import { TINY_SPEC, tinyDesign, tinySubject } from '../../fixtures/toy/tiny-design.ts';

const never = new AbortController().signal;
const STORIES = {
  name: STORIES_SET,
  header: readFileSync(`probes/sets/${STORIES_SET}/${STORIES_SET}.set.json`, 'utf8'),
  rows: readFileSync(`probes/sets/${STORIES_SET}/${STORIES_SET}.jsonl`, 'utf8'),
};

const room = ({
  backend = 'webgpu',
  ran = () => undefined,
  assertRoom = () => undefined,
}: {
  backend?: string;
  ran?: (id: string) => void;
  assertRoom?: (reach: Reach) => void;
} = {}) => {
  const clock = { now: 0 };
  return createExperimentCalls(
    (neutral) => {
      expect(neutral.length).toBeGreaterThan(0);
      return { subject: tinySubject(clock), backend, assertRoom };
    },
    { turners: tinyDesign(ran) },
    () => clock.now,
  );
};
const run = async (
  parts: readonly ExperimentPart[] = [],
  {
    size = 'full' as const,
    spec = TINY_SPEC,
    ...how
  }: {
    size?: 'full' | 'quick';
    spec?: string;
    backend?: string;
    ran?: (id: string) => void;
    assertRoom?: (reach: Reach) => void;
    signal?: AbortSignal;
  } = {},
) => {
  const told: ExperimentPart[] = [];
  const progress: ExperimentProgress[] = [];
  const outcome = await room(how)
    .run(
      { spec, size, parts, stories: STORIES },
      (step) => progress.push(step),
      (part) => told.push(part),
      how.signal ?? never,
    )
    .catch((error: unknown) => error);
  return { outcome, told, progress };
};
type Outcome = Awaited<ReturnType<ReturnType<typeof room>['run']>>;

describe('the room of experiments', () => {
  it('reads a spec, and refuses one by the path that is wrong', () => {
    expect(room().check(TINY_SPEC)).toMatchObject({
      id: 'tiny',
      design: 'turners',
      claim: 'Words are long.',
      units: { quick: 2, full: 7 },
      sha256: createHash('sha256').update(TINY_SPEC).digest('hex'),
    });
    expect(() => room().check(TINY_SPEC.replace('"seed":1', '"seed":-1'))).toThrow(/spec\.seed must be a whole number/);
    expect(() =>
      createExperimentCalls(() => {
        throw new Error('no model');
      }, {}).check(TINY_SPEC),
    ).toThrow(/spec\.design is "turners", which this version cannot run/);
  });

  it('is refused before anything is read where there is no room for it', async () => {
    const ran: string[] = [];
    const { outcome, told } = await run([], {
      ran: (id) => ran.push(id),
      assertRoom: ({ longest, steers: interventions }) => {
        throw new AppError('memory-short', `No room for "${longest}", steered: ${interventions}.`);
      },
    });
    expect(outcome).toMatchObject({ code: 'memory-short', message: 'No room for "A text.", steered: false.' });
    expect([ran, told]).toEqual([[], []]);
  });

  it('tells every part as it ends, and gives the report and the units of all', async () => {
    const { outcome, told, progress } = await run();
    const { report, units } = outcome as Outcome;
    expect(told.map(({ id }) => id)).toEqual([
      'full/prepared',
      ...Array.from({ length: 7 }, (_, index) => `full/w${index}`),
    ]);
    expect(report).toMatchObject({
      verdict: 'CONFIRM',
      backend: 'webgpu',
      units: 7,
      unitsSha256: createHash('sha256').update(units).digest('hex'),
      experiment: { id: 'tiny', size: 'full' },
    });
    expect(parseUnits(units, 'units').units).toHaveLength(7);
    expect(progress.at(-1)).toMatchObject({ stage: 'units', done: 7, total: 7 });
  });

  it('makes the report of a run anew from its units, whatever order they lie in, and refuses others', async () => {
    const { report, units } = (await run()).outcome as Outcome;
    const [head, prepared, ...rest] = units.trimEnd().split('\n');
    const shuffled = `${[head, prepared, ...rest.reverse()].join('\n')}\n`;
    const other = TINY_SPEC.replace('"id":"tiny"', '"id":"other"');
    expect(room({}).analyse([other, TINY_SPEC], shuffled)).toEqual({ spec: 1, outcome: { report, units } });
    expect(() => room({}).analyse([other], units)).toThrow(
      /^units line 1\.experiment is "tiny", and no spec of it is here/,
    );
    expect(() => room({}).analyse([TINY_SPEC.replace('"long":5', '"long":6')], units)).toThrow(
      /^units\.specSha256 is .* and the spec's is/,
    );
    expect(() => room({}).analyse([TINY_SPEC], units.replace(/\{"unit":"w3".*\n/, ''))).toThrow(
      /1 of 7 units are missing: w3/,
    );
    expect(() => room({}).analyse([TINY_SPEC], units.slice(0, -9))).toThrow(/units line 9 is not JSON/);
  });

  it('goes on from the parts that were kept, runs none of them again, and finds the same to the last bit', async () => {
    const whole = await run();
    const ran: string[] = [];
    const rest = await run(whole.told.slice(0, 4), { ran: (id) => ran.push(id) });
    expect(ran).toEqual(['w3', 'w4', 'w5', 'w6']);
    expect(JSON.stringify(rest.outcome)).toBe(JSON.stringify(whole.outcome));
    const again: string[] = [];
    const nothing = await run(whole.told, { ran: (id) => again.push(id) });
    expect(again).toEqual([]);
    expect(nothing.told).toEqual([]);
    expect(JSON.stringify(nothing.outcome)).toBe(JSON.stringify(whole.outcome));
  });

  it('leaves the parts of the other size alone', async () => {
    const quick = await run([], { size: 'quick' });
    const ran: string[] = [];
    await run(quick.told, { ran: (id) => ran.push(id) });
    expect(ran).toHaveLength(7);
  });

  it('refuses parts of another spec, engine or preparation', async () => {
    const { told } = await run();
    const refused = async (parts: readonly ExperimentPart[], how: Parameters<typeof run>[1] = {}): Promise<string> => {
      const { outcome } = await run(parts, how);
      expect(outcome).toBeInstanceOf(AppError);
      expect((outcome as AppError).code).toBe('unit-invalid');
      return (outcome as AppError).message;
    };
    expect(await refused(told, { backend: 'wasm' })).toContain('Engines differ in their last bits');
    expect(await refused(told, { spec: TINY_SPEC.replace('"seed":1', '"seed":2') })).toContain(
      'The spec was changed in between',
    );
    expect(await refused(told.slice(1))).toContain('another preparation');
    const [prepared, ...units] = told;
    expect(
      await refused([{ id: 'full/prepared', text: prepared!.text.replace('"offset":6', '"offset":7') }, ...units]),
    ).toContain('another preparation');
    expect(await refused([{ id: 'full/w0', text: '{' }])).toContain('full/w0 is not JSON');
  });

  it('keeps what ran before it was stopped', async () => {
    const controller = new AbortController();
    const { outcome, told } = await run([], {
      signal: controller.signal,
      ran: (id) => id === 'w2' && controller.abort(),
    });
    expect(outcome).toMatchObject({ code: 'cancelled' });
    expect(told.map(({ id }) => id)).toEqual(['full/prepared', 'full/w0', 'full/w1', 'full/w2']);
  });

  it('estimates both sizes by one reading, and less of what has run', async () => {
    const estimate = (parts: readonly ExperimentPart[]) =>
      room().estimate({ spec: TINY_SPEC, parts, stories: STORIES }, never);
    const { seconds } = await estimate([]);
    // Ten tokens a step: the preparation and two units, or seven.
    expect(seconds.full / seconds.quick).toBeCloseTo(8 / 3, 9);
    const { told } = await run();
    const left = await estimate(told.slice(0, 5));
    expect(left.seconds.full / seconds.full).toBeCloseTo(3 / 8, 9);
    expect(left.seconds.quick).toBeCloseTo(seconds.quick, 9);
  });
});
