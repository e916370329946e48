/** Branches on the real model: what is read together in few passes is what passes of their own give. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import { relativeError } from '../../../src/stats/relative-error.ts';
import { proveChunk, toleranceOf } from '../../../src/engine/proofs/chunk-proof.ts';
import type { Branches, Decoder } from '../../../src/engine/decoder.ts';
import { openNodeEngine, type NodeEngine } from '../../../src/engine/node/node-engine.ts';
import { PROOF_TEXT } from '../../../src/engine/proofs/proof-text.ts';
import type { Peek } from '../../../src/engine/pass-plan.ts';
import { collect, Sequence, type PassReading } from '../../../src/engine/sequence.ts';
import { countedDecoder } from '../../fixtures/counted-decoder.ts';
import { MODEL } from '../../fixtures/embedded-model.ts';

/** Rounding differs between passes of different sizes by about 1e-6. */
const LIMIT = 1e-5;

let engine: NodeEngine;
let ids: readonly number[];
let peeks: readonly Peek[];
beforeAll(async () => {
  engine = await openNodeEngine(MODEL);
  ids = engine.tokenizer.encode(PROOF_TEXT).slice(0, 48);
  const [one, two] = [' The clock on the wall ticked.', ' A cart went by.'].map((readoutText) =>
    engine.tokenizer.encode(readoutText),
  ) as [number[], number[]];
  peeks = [12, 20, 33, 48].flatMap((after) => [one, two].map((readout) => ({ after, ids: readout })));
}, 120_000);
afterAll(() => engine.dispose());

const counted = (branching = true) => countedDecoder({ ...engine.decoder, branching });

/**
 * Everything that comes of one way of reading, joined: residuals by token of the text, residuals by peek, the logits
 * after the text, and the residuals of a token that is peeked there.
 */
async function readAll(decoder: Decoder, chunk: number) {
  const sequence = new Sequence(decoder, chunk);
  const text: Float32Array[] = [];
  const peeked: { after: number; residuals: Float32Array[] }[] = [];
  let logits = new Float32Array(0);
  for await (const mixed of sequence.appendAndPeek(ids, peeks)) {
    if (mixed.text) {
      text.push(...byToken(mixed.text));
      logits = mixed.text.logits as Float32Array<ArrayBuffer>;
    }
    for (const { peek, passes } of mixed.peeks) peeked.push({ after: peek.after, residuals: passes.flatMap(byToken) });
  }
  const [next] = await collect(sequence.peek([ids[0]!]));
  const { length } = sequence;
  sequence.dispose();
  return { text, peeked, logits, next: next!.residuals, length };
}

/** `[layers, tokens, hidden]` as one `[layers, hidden]` a token. */
function byToken({ residuals, tokens }: PassReading): Float32Array[] {
  const { hidden, layerCount } = engine.decoder.sizes;
  return Array.from({ length: tokens }, (_, token) =>
    Float32Array.from(
      { length: (layerCount + 1) * hidden },
      (_, at) => residuals[(Math.floor(at / hidden) * tokens + token) * hidden + (at % hidden)]!,
    ),
  );
}

const worst = (one: readonly Float32Array[], other: readonly Float32Array[]): number =>
  Math.max(...one.map((values, at) => relativeError(values, other[at]!)));

describe('the proof of branches', () => {
  it('finds them right here', async () => {
    const { decoder, passes } = counted();
    const { branchError } = await proveChunk(decoder, engine.tokenizer.encode(PROOF_TEXT), () => undefined);
    expect(branchError).toBeLessThan(LIMIT);
    // Two passes more than the sizes take.
    expect(passes.slice(-2)).toEqual([12, 8]);
  }, 120_000);

  it.each<[string, (ids: readonly number[], past: number, branches: Branches) => Branches]>([
    [
      'does not heed what a token follows',
      (ids, past, { kept }) => ({ parents: ids.map((_, token) => past + token - 1), kept }),
    ],
    [
      'takes every text for one that begins there',
      (_, past, { parents, kept }) => ({ parents: parents.map((parent) => (parent < past ? -1 : parent)), kept }),
    ],
  ])(
    'finds them wrong where an adapter %s',
    async (_, wrong) => {
      const decoder: Decoder = {
        ...engine.decoder,
        run: (tokens, past, options) =>
          engine.decoder.run(tokens, past, {
            ...options,
            branches: options?.branches && wrong(tokens, past?.length ?? 0, options.branches),
          }),
      };
      const { chunkTokens, branchError } = await proveChunk(
        decoder,
        engine.tokenizer.encode(PROOF_TEXT),
        () => undefined,
      );
      expect(chunkTokens).toBe(512);
      expect(branchError).toBeGreaterThan(toleranceOf('float32'));
    },
    120_000,
  );

  it('is lost where a decoder takes none, and where it gives numbers that are none', async () => {
    const ids = engine.tokenizer.encode(PROOF_TEXT);
    expect((await proveChunk({ ...engine.decoder, branching: false }, ids, () => undefined)).branchError).toBe(
      Infinity,
    );
    const broken: Decoder = {
      ...engine.decoder,
      run: (tokens, past, options) =>
        options?.branches
          ? Promise.reject(new AppError('numbers-not-finite', 'NaN'))
          : engine.decoder.run(tokens, past),
    };
    expect((await proveChunk(broken, ids, () => undefined)).branchError).toBe(Infinity);
  }, 120_000);
});

describe('texts with branches', () => {
  it.each([128, 64, 31, 16])(
    'read in passes of %i as in passes of their own',
    async (chunk) => {
      const alone = await readAll(counted(false).decoder, 128);
      const { decoder, passes } = counted();
      const together = await readAll(decoder, chunk);
      expect(together.length).toBe(ids.length);
      expect(together.text).toHaveLength(ids.length);
      expect(worst(together.text, alone.text)).toBeLessThan(LIMIT);
      expect(together.peeked.map(({ after }) => after)).toEqual(peeks.map(({ after }) => after));
      for (const [at, { residuals }] of together.peeked.entries())
        expect(worst(residuals, alone.peeked[at]!.residuals)).toBeLessThan(LIMIT);
      // What was peeked has left nothing behind.
      expect(relativeError(together.logits, alone.logits)).toBeLessThan(LIMIT);
      expect(relativeError(together.next, alone.next)).toBeLessThan(LIMIT);
      expect(Math.max(...passes)).toBeLessThanOrEqual(chunk);
      const tokens = ids.length + peeks.reduce((sum, peek) => sum + peek.ids.length, 0);
      expect(passes.length - 1).toBeLessThanOrEqual(Math.ceil(tokens / chunk) * 2);
    },
    120_000,
  );

  it('that are longer than a pass are read in passes of their own', async () => {
    const { decoder } = counted();
    const sequence = new Sequence(decoder, 4);
    const found: number[] = [];
    for await (const { peeks: read } of sequence.appendAndPeek(ids.slice(0, 20), peeks.slice(0, 2)))
      found.push(...read.map(({ passes }) => passes.reduce((sum, pass) => sum + pass.tokens, 0)));
    expect(found).toEqual(peeks.slice(0, 2).map((peek) => peek.ids.length));
    expect(sequence.length).toBe(20);
    sequence.dispose();
  }, 120_000);

  it('after a text that is there already take one pass for all of them, and the next token with it', async () => {
    const { decoder, passes } = counted();
    const sequence = new Sequence(decoder, 128);
    for await (const _ of sequence.append(ids.slice(0, 12))) void _;
    passes.length = 0;
    let read = 0;
    for await (const mixed of sequence.appendAndPeek(ids.slice(12, 13), peeks.slice(0, 2))) read += mixed.peeks.length;
    expect(passes).toHaveLength(1);
    expect(read).toBe(2);
    expect(sequence.length).toBe(13);
    sequence.dispose();
  }, 120_000);
});
