/** 16-bit decoders computed in float32, against PyTorch; and the numbers check that holds the 16-bit pass to it. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { hookDecoder } from '../../../src/graph/decoder-hooks.ts';
import { inFloat32 } from '../../../src/graph/float32-graph.ts';
import type { Decoder } from '../../../src/engine/decoder.ts';
import { openNodeFiles } from '../../../src/engine/node/node-decoder.ts';
import { checkNumbers, limitsOf } from '../../../src/engine/numbers/numbers-check.ts';
import { ownReference } from '../../../src/engine/numbers/numbers-reference.ts';
import { exportsOf, familyFiles, familyReference, HIDDEN, isHalf, type FamilyFacts } from '../../fixtures/families.ts';
import { worstError } from '../../fixtures/stream-error.ts';

const FOLDER = new URL('../../fixtures/families/', import.meta.url);
const facts = JSON.parse(readFileSync(new URL('families.json', FOLDER), 'utf8')) as FamilyFacts;
const read = async (path: string): Promise<Uint8Array> => new Uint8Array(await readFile(new URL(path, FOLDER)));
const never = new AbortController().signal;

/** Letters as tokens: the families' vocabularies are numbers. */
const encode = (text: string): number[] => [...text].slice(0, 24).map((letter) => letter.charCodeAt(0));

async function errorOf(family: string, name: string, float32: boolean): Promise<number> {
  const { decoder, shape } = await openNodeFiles(
    await familyFiles(read, family, name),
    { hooked: true, float32 },
    name,
  );
  expect(shape.activations).toBe(float32 ? 'float32' : 'float16');
  const pass = await decoder.run(facts.tokens, null);
  const { streams } = await familyReference(read, facts, family, name);
  await decoder.dispose();
  return worstError(pass.residuals, streams, facts.tokens.length, HIDDEN);
}

describe.each(exportsOf(facts).filter(([, name]) => isHalf(name)))('%s %s in float32', (family, name) => {
  it('is what PyTorch computes in float32, and its 16-bit pass is not', async () => {
    const [wide, half] = [await errorOf(family, name, true), await errorOf(family, name, false)];
    // Weights are those of the reference; rotary tables, and scales of 4 bits, are rounded to 16 bits in the file.
    expect(wide).toBeLessThan(8e-4);
    expect(half).toBeGreaterThan(wide);
  });

  it('is what the numbers check holds the 16-bit pass to, which passes, and fails where it is wrong', async () => {
    const files = await familyFiles(read, family, name);
    const [wide, half] = [
      await openNodeFiles(files, { hooked: true, float32: true }, name),
      await openNodeFiles(files, { hooked: true }, name),
    ];
    const limits = limitsOf(half.decoder.activations);
    const reference = await ownReference(wide.decoder, encode, limits.logits, () => undefined);
    expect(reference.map(({ ids }) => ids.length)).toEqual([24, 24]);
    const check = (decoder: Decoder) =>
      checkNumbers({
        decoder,
        chunkTokens: 16,
        reference,
        against: 'processor',
        limits,
        untouched: async () => (await openNodeFiles(files, { hooked: false }, name)).decoder,
        rounds: false,
        texts: [],
        onProgress: () => undefined,
        signal: never,
      });
    const right = await check(half.decoder);
    expect(right).toMatchObject({ passed: true, against: 'processor' });
    expect(Math.max(...right.rows.flatMap(({ residualError }) => residualError))).toBeGreaterThan(1e-5);
    const wrong = await check({
      ...half.decoder,
      run: async (ids, past) => {
        const pass = await half.decoder.run(ids, past);
        return { ...pass, residuals: pass.residuals.map((value) => 1.05 * value) };
      },
    });
    expect(wrong.passed).toBe(false);
    for (const { decoder } of [wide, half]) await decoder.dispose();
  });
});

it('a graph without 16-bit numbers stays as it is', async () => {
  const hooked = hookDecoder(await read('llama/q4.onnx'));
  expect(inFloat32(hooked)).toBe(hooked);
});
