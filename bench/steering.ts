/** What steering costs, beside the same without: passes that can be edited, and writing with vectors that are added. */
import { makeSteering } from '../src/steering/make-steering.ts';
import { matchStrengths } from '../src/steering/match-strength.ts';
import { neutralTexts } from '../src/cli/shipped.ts';
import { readProbe } from '../src/cli/files.ts';
import type { Intervention } from '../src/steering/steering.ts';
import { openNodeDecoder } from '../src/engine/node/node-decoder.ts';
import { openNodeEngine } from '../src/engine/node/node-engine.ts';
import { createSteeringRunner } from '../src/engine/steering/engine-steering-runner.ts';
import { applySteering, SteeredWriting } from '../src/engine/steering/steered-writing.ts';
import { PROOF_TEXT } from '../src/engine/proofs/proof-text.ts';
import { noScorer } from '../src/engine/scorer.ts';

const PASS_TOKENS = 64;
const WRITTEN_TOKENS = 24;
const STREAM = 18;

/** Times variants in turn and gives the median milliseconds of each. */
type Interleave = <K extends string>(
  variants: Record<K, () => Promise<unknown>>,
  rounds?: number,
) => Promise<Record<K, number>>;

/** Ratios to the same unsteered, within one run; and the readings of the neutral texts that a match of four KLs takes. */
export async function benchSteering(model: string, probeFolder: string, interleave: Interleave): Promise<object> {
  const engine = await openNodeEngine(model);
  const decoder = await openNodeDecoder(model, { hooked: true, editing: true });
  const { probe } = await readProbe(probeFolder);
  const bench = createSteeringRunner({ ...engine, decoder, neutral: await neutralTexts() });
  const ground = await bench.ground();
  const intervention = (
    mode: 'add' | 'cap',
    strength: number,
    pole: 'positive' | 'negative' = 'positive',
  ): Intervention =>
    makeSteering(
      { title: probe.title, vectors: probe.steering },
      { mode, pole, strength, from: STREAM, to: STREAM, where: 'generated' },
      ground,
      engine.model,
    );
  const ids = engine.tokenizer.encode(PROOF_TEXT).slice(0, PASS_TOKENS);
  const read = (on: typeof decoder, how: Intervention) => async (): Promise<void> => {
    applySteering(on, how);
    (await on.run(ids, null)).cache.dispose();
    applySteering(on, []);
  };
  const passes = await interleave({
    plain: read(engine.decoder, []),
    vector: read(engine.decoder, intervention('add', 0.25)),
    editable: read(decoder, []),
    edited: read(decoder, intervention('cap', 0)),
  });
  const write = (on: typeof decoder, how: Intervention) => async (): Promise<unknown> =>
    new SteeredWriting({ ...engine, decoder: on, scorer: noScorer }, how).write(
      {
        text: 'The ferry left at noon and',
        where: 'generated',
        sampling: { temperature: 0.8, topK: 0, topP: 0.95, seed: 3, maxTokens: WRITTEN_TOKENS },
        readouts: false,
      },
      { tokens: () => undefined, readout: () => undefined },
      new AbortController().signal,
    );
  const writes = await interleave({
    plain: write(engine.decoder, []),
    vector: write(engine.decoder, intervention('add', 0.1)),
    edited: write(decoder, intervention('add', 0.1)),
  });
  const matched = await matchStrengths(
    bench,
    'add',
    (strength) => [intervention('add', strength), intervention('add', strength, 'negative')],
    [0.25, 0.5, 1, 2],
  );
  await decoder.dispose();
  await engine.dispose();
  const to = (value: number, base: number): number => Number((value / base).toPrecision(3));
  return {
    pass: {
      tokens: PASS_TOKENS,
      vector: to(passes.vector, passes.plain),
      editable: to(passes.editable, passes.plain),
      edited: to(passes.edited, passes.plain),
    },
    writing: {
      tokens: WRITTEN_TOKENS,
      vector: to(writes.vector, writes.plain),
      edited: to(writes.edited, writes.plain),
    },
    match: matched.map(({ target, strength, batches }) => ({
      target,
      strength: Number(strength.toPrecision(3)),
      batches,
    })),
  };
}
