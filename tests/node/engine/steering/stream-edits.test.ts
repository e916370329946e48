/**
 * Changing the stream after a layer, on the embedded model: what is added arrives, what is bounded stays within, and
 * nothing else moves.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRng } from '../../../../src/base/rng.ts';
import type { Decoder, Pass, PassOptions } from '../../../../src/engine/decoder.ts';
import { openNodeDecoder } from '../../../../src/engine/node/node-decoder.ts';
import { MODEL } from '../../../fixtures/embedded-model.ts';

const IDS = [61, 4075, 7674, 260, 15024, 335, 260, 5420, 30, 1683, 253, 6174];
const LAYER = 11;

let plain: Decoder;
let editor: Decoder;
beforeAll(async () => {
  plain = await openNodeDecoder(MODEL);
  editor = await openNodeDecoder(MODEL, { hooked: true, editing: true });
}, 120_000);
afterAll(async () => {
  await plain?.dispose();
  await editor?.dispose();
});

async function read(decoder: Decoder, ids: readonly number[] = IDS, options?: PassOptions): Promise<Pass> {
  const pass = await decoder.run(ids, null, options);
  pass.cache.dispose();
  return pass;
}

const width = (): number => plain.sizes.hidden;
const direction = (seed: number): Float32Array => {
  const rng = createRng(seed);
  const drawn = Float64Array.from({ length: width() }, () => rng.normal());
  const length = Math.hypot(...drawn);
  return Float32Array.from(drawn, (value) => value / length);
};
/** A token's stream `[hidden]`. */
const at = (pass: Pass, stream: number, token: number): Float32Array =>
  pass.residuals.subarray((stream * pass.tokens + token) * width(), (stream * pass.tokens + token + 1) * width());
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? NaN), 0);
const largest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);

describe('a stream that can be edited', () => {
  it('is the stock one bit for bit while nothing is done to it', async () => {
    editor.edit(new Map());
    const [edited, stock] = [await read(editor), await read(plain)];
    expect(edited.residuals).toEqual(stock.residuals);
    expect(edited.logits).toEqual(stock.logits);
  });

  it('takes a vector as the bias of the fast path does', async () => {
    const add = direction(3).map((value) => 40 * value);
    plain.steer(new Map([[LAYER, add]]));
    editor.edit(new Map([[LAYER, { add, bound: null }]]));
    const [edited, biased] = [await read(editor), await read(plain)];
    plain.steer(new Map());
    expect(largest(edited.logits, biased.logits)).toBeLessThan(2e-3);
    expect(largest(at(edited, LAYER + 1, 5), at(biased, LAYER + 1, 5))).toBeLessThan(1e-3);
  });

  it('takes a vector at one token, which the tokens before never hear of', async () => {
    const before = await read(plain);
    const add = new Float32Array(IDS.length * width());
    const steered = 4;
    add.set(
      direction(5).map((value) => 60 * value),
      steered * width(),
    );
    editor.edit(new Map([[LAYER, { add, bound: null }]]));
    const after = await read(editor);
    for (let stream = 0; stream <= plain.sizes.layerCount; stream += 1)
      for (let token = 0; token < steered; token += 1)
        expect(largest(at(before, stream, token), at(after, stream, token))).toBe(0);
    for (let stream = 0; stream <= LAYER; stream += 1)
      expect(largest(at(before, stream, steered), at(after, stream, steered))).toBe(0);
    const moved = at(after, LAYER + 1, steered).map(
      (value, index) => value - (at(before, LAYER + 1, steered)[index] ?? NaN),
    );
    expect(largest(moved, add.subarray(steered * width(), (steered + 1) * width()))).toBeLessThan(1e-4);
    expect(largest(at(before, LAYER + 2, steered + 1), at(after, LAYER + 2, steered + 1))).toBeGreaterThan(0.01);
  });

  it('keeps the product with a direction between bounds, and moves along that direction alone', async () => {
    const u = direction(7);
    const before = await read(plain);
    const products = IDS.map((_, token) => dot(at(before, LAYER + 1, token), u));
    // Bounds that a third of the tokens lies beyond on either side.
    const sorted = [...products].sort((a, b) => a - b);
    const [low, high] = [sorted[4] ?? NaN, sorted[8] ?? NaN];
    editor.edit(new Map([[LAYER, { add: null, bound: { direction: u, low, high } }]]));
    const after = await read(editor);
    for (const [token, product] of products.entries()) {
      // The first token's stream is a thousand long: float32 leaves 1e-4 of its product.
      expect(dot(at(after, LAYER + 1, token), u)).toBeCloseTo(Math.max(low, Math.min(high, product)), 2);
      const step = at(after, LAYER + 1, token).map(
        (value, index) => value - (at(before, LAYER + 1, token)[index] ?? NaN),
      );
      const along = dot(step, u);
      expect(Math.hypot(...step.map((value, index) => value - along * (u[index] ?? NaN)))).toBeLessThan(0.01);
    }
  });

  it('loses a direction where both bounds are zero, at the tokens that are named alone', async () => {
    const u = direction(9);
    const named = IDS.map((_, token) => token >= 6);
    editor.edit(
      new Map([
        [
          LAYER,
          {
            add: null,
            bound: {
              direction: u,
              low: named.map((is) => (is ? 0 : -Infinity)),
              high: named.map((is) => (is ? 0 : Infinity)),
            },
          },
        ],
      ]),
    );
    const [before, after] = [await read(plain), await read(editor)];
    for (const [token, is] of named.entries()) {
      const product = dot(at(after, LAYER + 1, token), u);
      if (is) expect(product).toBeCloseTo(0, 3);
      else expect(product).toBe(dot(at(before, LAYER + 1, token), u));
    }
  });

  it.each<[string, number, number, RegExp]>([
    ['a layer that does not exist', 30, 576, /no layer 30 to edit: the model has 30/],
    ['a vector of another width', 3, 960, /960 numbers cannot edit a stream of width 576/],
  ])('refuses %s', (_, layer, length, message) => {
    expect(() => editor.edit(new Map([[layer, { add: new Float32Array(length), bound: null }]]))).toThrow(message);
  });

  it('refuses a pass of other tokens than the edits were made for', async () => {
    editor.edit(new Map([[LAYER, { add: new Float32Array(5 * width()), bound: null }]]));
    await expect(editor.run(IDS, null)).rejects.toMatchObject({
      code: 'internal',
      message: 'Edits made for 5 tokens met a pass of 12.',
    });
    editor.edit(new Map());
  });
});

describe('a pass that asks for the logits of some tokens', () => {
  it('gives each as a pass that ends there does, without residuals where nobody wants them', async () => {
    const rows = [2, 7, 11];
    const many = await read(plain, IDS, { logitRows: rows, residuals: false });
    expect(many.residuals).toHaveLength(0);
    const { vocabulary } = plain.sizes;
    expect(many.logits).toHaveLength(rows.length * vocabulary);
    for (const [row, token] of rows.entries()) {
      const one = await read(plain, IDS.slice(0, token + 1));
      expect(largest(many.logits.subarray(row * vocabulary, (row + 1) * vocabulary), one.logits)).toBeLessThan(2e-3);
    }
  });

  it('says which token has logits that are none', async () => {
    editor.edit(new Map([[LAYER, { add: new Float32Array(width()).fill(NaN), bound: null }]]));
    await expect(editor.run(IDS, null, { logitRows: [3], residuals: false })).rejects.toMatchObject({
      code: 'numbers-not-finite',
      details: { position: 3 },
    });
    editor.edit(new Map());
  });
});
