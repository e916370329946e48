/**
 * Probes on another variant of their model: the toy in 4-bit blocks, the same in other roundings, and models that are
 * others altogether.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge } from '../../../src/cli/commands/judge.ts';
import { read } from '../../../src/cli/commands/read.ts';
import { readProbe, readPromptSet } from '../../../src/cli/files.ts';
import type { DtypeAgreement } from '../../../src/probe/dtype-agreement.ts';
import { openNodeReader } from '../../../src/engine/node/node-engine.ts';
import { carryOver, fittedOn } from '../../../src/training/carry-over.ts';
import { ROOT } from '../../fixtures/command.ts';
import { refusalOf } from '../../fixtures/refusal.ts';
import { TOPICS, writeToyVariants } from '../../fixtures/toy/toy-variants.ts';

const MINUTE = 60_000;
let folder: string;
const at = (...path: string[]): string => join(folder, ...path);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flipside-dtype-'));
  await writeToyVariants(folder);
}, 5 * MINUTE);
afterAll(() => rmSync(folder, { recursive: true }));

const readOn = async (model: string, probe = at('probe'), ...more: string[]) =>
  (
    await read.run(
      ['--model', model, '--probe', probe, '--text', 'She fed the dog.', ...more],
      new AbortController().signal,
    )
  ).result as { model: object; carriedOver?: DtypeAgreement; tokens: { scores: (number | null)[] }[] };
const fitted = (): string[] => ['--fitted-on', at('dozen.set.json')];

describe('a probe on the weights that it was made on', () => {
  it('is not measured, and nothing is said of other variants', async () => {
    expect(await readOn(at('toy-q4'))).not.toHaveProperty('carriedOver');
    const { probe } = await readProbe(at('probe'));
    expect(probe.model).not.toHaveProperty('dtype');
  });

  it(
    'would agree with itself: the poles’ difference read again is the one that it carries',
    async () => {
      const { probe } = await readProbe(at('probe'));
      const reader = await openNodeReader(at('toy-q4'));
      // Only the identity is another; the numbers are its own.
      const elsewhere = { ...reader, model: { ...reader.model, id: 'toy-fp32', weightsSha256: '00'.repeat(32) } };
      const { agreement } = await carryOver(elsewhere, probe, async () => [
        await readPromptSet(at('dozen.set.json'), { requireNeutral: true }),
      ]);
      await reader.dispose();
      for (const cosine of agreement!.cosine) expect(cosine).toBeCloseTo(1, 6);
      expect(agreement).toMatchObject({
        from: 'q4',
        to: 'fp32',
        layer: 2,
        topics: TOPICS,
        fittedTopics: TOPICS,
        turns: 2 * TOPICS,
      });
      // Half of the topics swapped leaves a line of chance; (kept - swapped) / topics of the axis stays in it.
      for (const chance of agreement!.null95) expect(chance).toBeLessThan(0.95);
    },
    3 * MINUTE,
  );
});

describe('a probe on another variant of its model', () => {
  it(
    'reads with its measured cosine beside it, layer by layer, and scores nearly alike',
    async () => {
      const here = await readOn(at('toy-q4'));
      const there = await readOn(at('toy-q4f16'), at('probe'), ...fitted());
      const { carriedOver } = there;
      expect(carriedOver).toMatchObject({ from: 'q4', to: 'q4f16', layer: 2, topics: TOPICS, fittedTopics: TOPICS });
      expect(carriedOver!.cosine).toHaveLength(4);
      for (const [layer, cosine] of carriedOver!.cosine.entries()) {
        expect(cosine).toBeGreaterThan(0.99);
        expect(cosine).toBeGreaterThan(carriedOver!.null95[layer]!);
      }
      expect(there.tokens).toHaveLength(here.tokens.length);
      expect(there.tokens.map(({ scores }) => scores)).not.toEqual(here.tokens.map(({ scores }) => scores));
      for (const [index, { scores }] of there.tokens.entries())
        if (index > 0) expect(Math.abs(scores[2]! - here.tokens[index]!.scores[2]!)).toBeLessThan(0.5);
    },
    3 * MINUTE,
  );

  it(
    'judges with it too',
    async () => {
      const { result } = await judge.run(
        ['--model', at('toy-q4f16'), '--probe', at('probe'), '--set', at('dozen.set.json'), ...fitted()],
        new AbortController().signal,
      );
      expect(result).toMatchObject({ carriedOver: { from: 'q4', to: 'q4f16', topics: TOPICS }, topics: TOPICS });
    },
    3 * MINUTE,
  );

  it(
    'is refused with what was measured where the roundings are too coarse, or the weights are others altogether',
    async () => {
      for (const [model, to] of [
        [at('coarse', 'toy-q8'), 'q8'],
        [at('strange', 'toy-fp16'), 'fp16'],
      ] as const) {
        const found = await refusalOf(readOn(model, at('probe'), ...fitted()));
        expect(found).toMatchObject({
          code: 'probe-model-mismatch',
          details: { from: 'q4', to, layer: 2, topics: TOPICS },
        });
        expect(found.details['cosine']).toBeLessThan(0.9);
        expect(found.message).toMatch(
          /cosine of -?0\.\d{3} only \(labels shuffled: 0\.\d\d\) at layer 2, measured on 12 topics; at least 0\.9 is asked for/,
        );
      }
    },
    3 * MINUTE,
  );

  it(
    'is refused where the turns that it was fitted on are not at hand, or are not those',
    async () => {
      expect((await refusalOf(readOn(at('toy-q4f16')))).message).toMatch(
        /only 0 of their topics are at hand; 8 are needed/,
      );
      writeFileSync(at('altered.set.json'), readFileSync(at('dozen.set.json')));
      writeFileSync(at('altered.jsonl'), readFileSync(at('dozen.jsonl'), 'utf8').replace('the', 'a'));
      expect(
        (await refusalOf(readOn(at('toy-q4f16'), at('probe'), '--fitted-on', at('altered.set.json')))).message,
      ).toMatch(/only 0 of their topics/);
    },
    3 * MINUTE,
  );

  it(
    'is refused without a measurement under another name',
    async () => {
      expect((await refusalOf(readOn(at('other-q4f16'), at('probe'), ...fitted()))).message).toMatch(
        /was trained on toy-q4 with weights [0-9a-f]{12}…, but the weights of other-q4f16 here are/,
      );
    },
    3 * MINUTE,
  );
});

it('the sets that a shipped probe is measured on are those of its axis, by their hashes', async () => {
  const { probe } = await readProbe(join(ROOT, 'probes/kind-cruel'));
  const names = [
    'kind-cruel-24',
    'kind-cruel-more',
    'kind-cruel-deeds',
    'kind-cruel-encounters',
    'kind-cruel-voices',
    'luck',
    'cheerful-gloomy',
  ];
  const sets = await Promise.all(
    names.map((name) => readPromptSet(join(ROOT, `probes/sets/${name}/${name}.set.json`), { requireNeutral: false })),
  );
  expect(fittedOn(probe, sets).map(({ name }) => name)).toEqual(names.slice(0, 5));
  expect(probe.evidence.bySet.map(({ name }) => name)).toEqual(names.slice(0, 5));
});
