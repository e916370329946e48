/**
 * Every file and link that may come from outside, damaged in ten thousand ways each: it is refused in words or opened, in
 * bounded time, and what is opened holds no number that the file does not.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Probe } from '../../../src/probe/probe-types.ts';
import { AppError, type ErrorCode } from '../../../src/base/errors.ts';
import { createRng } from '../../../src/base/rng.ts';
import { readControlVector, writeControlVector } from '../../../src/formats/containers/gguf.ts';
import { parseProbe, serialiseProbe } from '../../../src/formats/probe/probe.ts';
import { parsePromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { parseRecording, serialiseRecording } from '../../../src/formats/runs/recording-json.ts';
import { parseSafetensors, serialiseSafetensors } from '../../../src/formats/containers/safetensors.ts';
import { linkBody, linkCode, parseShared, sharedJson, type Shared } from '../../../src/formats/runs/share-link.ts';
import { hookDecoder } from '../../../src/graph/decoder-hooks.ts';
import { parseModel } from '../../../src/graph/graph.ts';
import { codeOf, sharedIn } from '../../../src/state/runs/link-code.ts';
import { mutations } from '../../fixtures/mutate/mutate.ts';
import { byteMutations } from '../../fixtures/mutate/mutate-bytes.ts';
import { graphMutations } from '../../fixtures/mutate/mutate-graph.ts';
import { alteredJson } from '../../fixtures/refusal.ts';
import { sampleProbe } from '../../fixtures/samples/sample-probe.ts';
import { sampleSteering, sampleRun } from '../../fixtures/samples/sample-run.ts';
import { sampleShared } from '../../fixtures/samples/sample-shared.ts';
import { toyDecoderFiles } from '../../fixtures/toy/toy-graph.ts';

const COUNT = 10_000;

interface Tally {
  opened: number;
  refused: number;
}

/** Opens every mutant; what it throws must be one of our refusals with one of these codes, and end in a full sentence. */
function openAll<M, T>(
  mutants: Iterable<M>,
  codes: readonly ErrorCode[],
  open: (mutant: M) => T,
  check: (opened: T) => void,
): Tally {
  const tally = { opened: 0, refused: 0 };
  for (const mutant of mutants) {
    let opened: T;
    try {
      opened = open(mutant);
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      expect(codes).toContain(thrown.code);
      expect(thrown.message).toMatch(/\.$/);
      tally.refused += 1;
      continue;
    }
    check(opened);
    tally.opened += 1;
  }
  return tally;
}

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
/** Whether every number in a value passes. */
const everyNumber = (value: unknown, passes: (number: number) => boolean): boolean => {
  if (typeof value === 'number') return passes(value);
  if (value instanceof Float32Array) return value.every(passes);
  return typeof value !== 'object' || value === null || Object.values(value).every((each) => everyNumber(each, passes));
};
/** Not a number is what a missing score is; infinite is none. */
const notInfinite = (number: number): boolean => Math.abs(number) !== Infinity;
const shared: Shared = { ...sampleShared, push: sampleSteering };

describe('damaged in 10,000 ways', () => {
  // Bits turned anywhere, and whole files whose nodes, tensors and types say something else.
  it.each([
    ['bytes', byteMutations, 1],
    ['structure', graphMutations, 7],
  ] as const)(
    'an ONNX graph, in its %s',
    (_, mutationsOf, seed) => {
      const { graph } = toyDecoderFiles();
      const tally = openAll(
        mutationsOf(graph, COUNT, createRng(seed)),
        ['model-graph-malformed', 'model-node-missing'],
        (bytes) => hookDecoder(bytes),
        (hooked) => {
          expect(hooked.streams).toHaveLength(hooked.layerCount + 1);
          expect(new Set(hooked.streams).size).toBe(hooked.streams.length);
          expect(hooked.cache).toHaveLength(2 * hooked.layerCount);
          expect(
            hooked.cache
              .flatMap(({ heads, size }) => [heads, size])
              .every((size) => Number.isSafeInteger(size) && size > 0),
          ).toBe(true);
          // What was written must be a graph again.
          expect(parseModel(hooked.graph).outputs.map(({ name }) => name)).toEqual(
            expect.arrayContaining([...hooked.streams]),
          );
        },
      );
      expect(tally.opened).toBeGreaterThan(100);
      expect(tally.refused).toBeGreaterThan(1000);
    },
    180_000,
  );

  it('a safetensors file', () => {
    const source = serialiseSafetensors(
      new Map([
        ['wide', { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
        ['half', { dtype: 'F16', shape: [4], data: Float32Array.of(0.5, 1, 2, -1) }],
      ]),
    );
    const tally = openAll(
      byteMutations(source, COUNT, createRng(2)),
      ['tensor-file-invalid'],
      (bytes) => parseSafetensors(bytes, 'x.safetensors'),
      (tensors) => {
        for (const { shape, data } of tensors.values())
          expect(data).toHaveLength(shape.reduce((product, size) => product * size, 1));
      },
    );
    expect(tally.opened).toBeGreaterThan(100);
    expect(tally.refused).toBeGreaterThan(1000);
  });

  it('a control vector in GGUF', () => {
    const source = writeControlVector({
      name: 'kind',
      model: 'toy',
      vectors: new Map([
        [1, Float32Array.of(1, 2, 3)],
        [2, Float32Array.of(4, 5, 6)],
      ]),
    });
    const tally = openAll(
      byteMutations(source, COUNT, createRng(3)),
      ['tensor-file-invalid'],
      (bytes) => readControlVector(bytes, 'x.gguf'),
      ({ vectors }) => {
        const widths = new Set([...vectors.values()].map((values) => values.length));
        expect(widths.size).toBe(1);
        for (const values of vectors.values()) expect(everyNumber(values, Number.isFinite)).toBe(true);
      },
    );
    expect(tally.opened).toBeGreaterThan(100);
    expect(tally.refused).toBeGreaterThan(1000);
  });

  it('a prompt set: its header and its rows', () => {
    const header = read('probes/sets/kind-cruel-24/kind-cruel-24.set.json');
    const rows = read('probes/sets/kind-cruel-24/kind-cruel-24.jsonl').split('\n').slice(0, 24).join('\n');
    const open = (texts: { readonly header: string; readonly rows: string }) =>
      parsePromptSet(
        { headerName: 'x.set.json', rowsName: 'x.jsonl', sha256: '', ...texts },
        { requireNeutral: false },
      );
    const check = ({ rows: opened, topics, taps: readoutTexts }: ReturnType<typeof open>): void => {
      expect(readoutTexts.length).toBeGreaterThan(0);
      for (const topic of topics) {
        const of = (pole: string): number => opened.filter((row) => row.topic === topic && row.pole === pole).length;
        expect(of('positive')).toBe(of('negative'));
      }
    };
    const codes = ['set-invalid', 'set-row-invalid', 'set-topic-incomplete'] as const;
    const half = COUNT / 2;
    const ofHeader = openAll(
      [...mutations(header, half, createRng(4))].map((damaged) => ({ header: damaged, rows })),
      codes,
      open,
      check,
    );
    const ofRows = openAll(
      [...mutations(rows, half, createRng(5))].map((damaged) => ({ header, rows: damaged })),
      codes,
      open,
      check,
    );
    for (const tally of [ofHeader, ofRows]) {
      expect(tally.opened).toBeGreaterThan(100);
      expect(tally.refused).toBeGreaterThan(1000);
    }
  });

  it('a run', () => {
    const source = serialiseRecording(sampleRun());
    const tally = openAll(
      mutations(source, COUNT, createRng(6)),
      ['recording-invalid', 'push-invalid'],
      parseRecording,
      (run) => {
        expect(everyNumber(run, notInfinite)).toBe(true);
        expect(run.scores).toHaveLength(run.tokens.length * run.layers);
        // What was opened can be kept, and opens again as the same.
        const again = serialiseRecording(run);
        expect(serialiseRecording(parseRecording(again))).toBe(again);
      },
    );
    expect(tally.opened).toBeGreaterThan(100);
    expect(tally.refused).toBeGreaterThan(1000);
  });

  it('a probe: its numbers and its vectors', () => {
    const { json, tensors } = serialiseProbe(sampleProbe);
    const codes = ['probe-invalid', 'tensor-file-invalid'] as const;
    const check = (probe: Probe): void => {
      expect(everyNumber(probe, Number.isFinite)).toBe(true);
      expect(probe.calibration.every(({ scale, tokenSd, smoothSd }) => scale > 0 && tokenSd > 0 && smoothSd > 0)).toBe(
        true,
      );
      const again = serialiseProbe(probe);
      expect(parseProbe(again.json, again.tensors)).toEqual(probe);
    };
    const half = COUNT / 2;
    const ofJson = openAll(
      mutations(json, half, createRng(7)),
      codes,
      (damaged) => parseProbe(damaged, tensors),
      check,
    );
    // Version 4 had no hash of the tensors, which now refuses whatever was changed in them before anything else looks at it.
    const unhashed = alteredJson(json, ['version'], 4);
    const ofTensors = openAll(
      byteMutations(tensors, half, createRng(8)),
      codes,
      (damaged) => parseProbe(unhashed, damaged),
      check,
    );
    for (const damaged of byteMutations(tensors, 200, createRng(80))) {
      if (!Buffer.from(damaged).equals(tensors)) expect(() => parseProbe(json, damaged)).toThrow(AppError);
    }
    for (const tally of [ofJson, ofTensors]) {
      expect(tally.opened).toBeGreaterThan(100);
      expect(tally.refused).toBeGreaterThan(1000);
    }
  });

  it('a probe of which one file is another’s, however both are damaged', () => {
    const bundles = ['kind-cruel', 'warm-cold', 'loyal-treacherous'].map((id, at) =>
      serialiseProbe({ ...sampleProbe, id, directions: sampleProbe.directions.map((value) => value + at) }),
    );
    const codes = ['probe-invalid', 'tensor-file-invalid'] as const;
    const few = Math.ceil(COUNT / 12);
    for (const [i, { json }] of bundles.entries()) {
      for (const [j, { tensors }] of bundles.entries()) {
        if (i === j) continue;
        const tally = openAll(
          mutations(json, few, createRng(20 + i)),
          codes,
          (damaged) => parseProbe(damaged, tensors),
          () => undefined,
        );
        expect(tally.opened).toBe(0);
        const named = openAll(
          byteMutations(tensors, few, createRng(30 + j)),
          codes,
          (damaged) => parseProbe(json, damaged),
          () => undefined,
        );
        expect(named.opened).toBe(0);
      }
    }
  });

  it('a link: its code, and what is behind a checksum that fits', async () => {
    const code = await codeOf(shared);
    const third = Math.ceil(COUNT / 3);
    // Nothing that was changed gets past length and checksum.
    const ofCode = openAll(
      mutations(code, third, createRng(9)),
      ['link-invalid'],
      (damaged) => (damaged === code ? null : linkBody(damaged)),
      (body) => expect([null, linkBody(code)]).toContain(body),
    );
    const ofJson = openAll(
      mutations(sharedJson(shared), third, createRng(10)),
      ['link-invalid', 'push-invalid'],
      parseShared,
      (opened) => {
        expect(everyNumber(opened, Number.isFinite)).toBe(true);
        expect(parseShared(sharedJson(opened))).toEqual(opened);
      },
    );
    expect(Math.min(ofCode.refused, ofJson.refused)).toBeGreaterThan(1000);
    expect(ofJson.opened).toBeGreaterThan(100);
    let refused = 0;
    for (const damaged of mutations(linkBody(code), third, createRng(11))) {
      await sharedIn(linkCode(damaged.replace(/[^A-Za-z0-9_-]/g, ''))).catch((thrown: unknown) => {
        if (!(thrown instanceof AppError)) throw thrown;
        expect(thrown.code).toBe('link-invalid');
        refused += 1;
      });
    }
    expect(refused).toBeGreaterThan(1000);
  });
});
