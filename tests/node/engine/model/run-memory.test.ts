/** What a run needs beside time, asked before anything is read: context and memory. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESIGNS } from '../../../../src/experiments/designs.ts';
import { parseSpec } from '../../../../src/experiments/spec.ts';
import { assertReach, roomFor, runBytes } from '../../../../src/engine/model/run-memory.ts';
import { flipside } from '../../../fixtures/command.ts';
import { refusal } from '../../../fixtures/refusal.ts';
import { toyDecoderFiles } from '../../../fixtures/toy/toy-graph.ts';
import { writeToyFolder } from '../../../fixtures/toy/toy-folder.ts';

/** Gemma 3 270M in float32, as docs/models.md makes it. */
const GEMMA = {
  sizes: { layerCount: 18, hidden: 640, vocabulary: 262_144, contextTokens: 32_768 },
  weightBytes: 1.14e9,
  cacheBytesPerToken: 36_864,
  setTokens: 512,
};
const start = (text: string): readonly number[] => text.split(' ').map((_, at) => at);

describe('memory', () => {
  it('is weights, twice where the stream is steered, and the largest pass, of which logits are the most', () => {
    const read = runBytes(GEMMA, 512, false);
    expect(runBytes(GEMMA, 512, true) - read).toBe(2 * GEMMA.weightBytes);
    // 48 rows of a mebibyte, 19 streams of 512 tokens, and keys and values of 512 tokens, each three times.
    expect(read).toBe(0.8e9 + 2 * 1.14e9 + 3 * (48 * 4 * 262_144 + 4 * 19 * 512 * 640 + 512 * 36_864));
  });

  it('that is free decides how large a pass is', () => {
    const whole = runBytes(GEMMA, 512, true);
    expect(roomFor(GEMMA, true, whole)).toEqual({ setTokens: 512, bytes: whole });
    const less = roomFor(GEMMA, true, whole - 1);
    expect(less).toEqual({ setTokens: 256, bytes: runBytes(GEMMA, 256, true) });
    expect(less.bytes).toBeLessThan(whole);
    expect(roomFor(GEMMA, true, runBytes(GEMMA, 64, true)).setTokens).toBe(64);
  });

  it('that no pass fits into is refused with what is needed and what is free', () => {
    const error = refusal(() => roomFor(GEMMA, true, 4e9));
    expect(error.code).toBe('memory-short');
    expect(error.message).toMatch(
      /^This would take about 5\.\d GB of memory, of which 4\.6 GB are weights, once for reading and once for steering, and 4\.0 GB are free\. Close other programs/,
    );
    expect(refusal(() => roomFor({ ...GEMMA, besides: 3e9 }, false, 5e9)).message).toMatch(
      /about 6\.\d GB .* 2\.3 GB are weights, and/,
    );
  });
});

describe('context', () => {
  const model = { sizes: { ...GEMMA.sizes, contextTokens: 5 }, start };

  it('that holds the longest text, and what is written, is enough', () => {
    expect(() =>
      assertReach({ longest: 'a b c d e', written: { after: 'a b', tokens: 3 }, steers: false }, model),
    ).not.toThrow();
  });

  it('that does not is refused with both numbers', () => {
    expect(refusal(() => assertReach({ longest: 'a b c d e f', written: null, steers: false }, model))).toMatchObject({
      code: 'text-too-long',
      message: expect.stringContaining('Its longest text has 6 tokens, and this model reads 5 at once.') as string,
    });
    const written = { longest: 'a', written: { after: 'a b', tokens: 4 }, steers: false };
    expect(refusal(() => assertReach(written, model)).message).toContain('has 6 tokens');
  });

  it.each(['A', 'A2', 'B', 'C', 'D', 'E', 'A/earlier', 'A2/earlier', 'B/earlier', 'C/earlier', 'D/earlier'])(
    'of %s: its longest text is one that it holds, and a full run reaches no less than a quick one',
    (letter) => {
      const source = readFileSync(new URL(`../../../../experiments/${letter}/spec.json`, import.meta.url), 'utf8');
      const { design, spec } = parseSpec(source, 'a'.repeat(64), DESIGNS);
      const [quick, full] = [design.reach(spec, 'quick'), design.reach(spec, 'full')];
      expect(full.longest.length).toBeGreaterThanOrEqual(quick.longest.length);
      expect(quick.longest.length).toBeGreaterThan(100);
      // A unit reads at least its longest text: 4 characters a token, as costs are counted.
      const dearest = Math.max(
        design.preparation(spec, 'full').read,
        ...design.units(spec, 'full').map(({ cost }) => cost.read),
      );
      expect(full.longest.length / 4).toBeLessThanOrEqual(dearest);
      expect(full.steers).toBe(['A2', 'C', 'E', 'A2/earlier', 'C/earlier', 'D/earlier'].includes(letter));
      expect(full.written === null).toBe(letter !== 'B/earlier');
    },
  );
});

describe('the command', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flipside-room-'));
    writeToyFolder(join(folder, 'toy'), toyDecoderFiles(), 'model_q4.onnx');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (...args: string[]) =>
    flipside(args[0]!, ...args.slice(1), '--model', join(folder, 'toy'), '--out', join(folder, 'out'));

  it('says how much memory an experiment takes, and refuses it before anything is read where less may be used', async () => {
    const { stderr, stdout } = await run('experiment', 'experiments/D/earlier/spec.json', '--quick', '--estimate');
    expect(stderr).toMatch(
      /D: \d+ units, about .* on this machine; about \d\.\d GB of memory, of [\d.]+ GB that are free/,
    );
    expect((JSON.parse(stdout) as { bytesEstimated: number }).bytesEstimated).toBeGreaterThan(800e6);
    const refused = await run('experiment', 'experiments/D/earlier/spec.json', '--quick', '--memory', '0.2');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/memory-short: This would take about \d\.\d GB of memory.* and 0\.2 GB are free/);
  }, 120_000);

  it('refuses a training, and an experiment whose texts are longer than the context', async () => {
    const training = await run('train', '--set', 'probes/sets/kind-cruel-24/kind-cruel-24.set.json', '--memory', '0.2');
    expect(training.stderr).toMatch(/memory-short: This would take about 1\.\d GB/);
    const long = await run('experiment', 'experiments/B/earlier/spec.json');
    expect(long.status).toBe(1);
    expect(long.stderr).toMatch(/text-too-long: Its longest text has \d+ tokens, and this model reads 1024 at once/);
  }, 120_000);
});
