/** The float32 copy of an ONNX model: opened as a checkpoint, it has the streams of the graph that it was made from. */
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { weights } from '../../../src/cli/commands/weights.ts';
import { openNodeDecoder } from '../../../src/engine/node/node-decoder.ts';
import { refusalOf } from '../../fixtures/refusal.ts';
import { worstError } from '../../fixtures/stream-error.ts';

const LLAMA = fileURLToPath(new URL('../../fixtures/families/llama', import.meta.url));
const TOKENIZER = fileURLToPath(new URL('../../fixtures/containers/llama/tokenizer.json', import.meta.url));
const IDS = [1, 40, 17, 90, 3, 41];
let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'flipside-weights-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...args: string[]) => weights.run(args, new AbortController().signal);

describe('the command weights', () => {
  it.each(['fp32', 'q4', 'q8'])('copies %s so that every layer and the logits stay what they were', async (dtype) => {
    const graph = join(LLAMA, `${dtype}.onnx`);
    const out = join(folder, dtype);
    const { result } = await run('--model', graph, '--out', out);
    expect(result).toMatchObject({ out });
    expect(readdirSync(out).sort()).toEqual(['config.json', 'model.safetensors']);
    copyFileSync(TOKENIZER, join(out, 'tokenizer.json'));
    const [exported, copied] = await Promise.all(
      [graph, out].map(async (path) => {
        const decoder = await openNodeDecoder(path);
        const { residuals, logits, cache } = await decoder.run(IDS, null);
        cache.dispose();
        await decoder.dispose();
        return { residuals, logits, hidden: decoder.sizes.hidden };
      }),
    );
    const { residuals, logits, hidden } = exported!;
    expect(copied!.residuals).toHaveLength(residuals.length);
    expect(worstError(copied!.residuals, residuals, IDS.length, hidden)).toBeLessThan(1e-5);
    expect(worstError(copied!.logits, logits, 1, logits.length)).toBeLessThan(1e-5);
  });

  it('does not write over a copy, and refuses weights of 16 bits by name', async () => {
    const args = ['--model', join(LLAMA, 'fp32.onnx'), '--out', join(folder, 'twice')];
    await run(...args);
    expect((await refusalOf(run(...args))).code).toBe('usage');
    const half = await refusalOf(run('--model', join(LLAMA, 'q4f16.onnx'), '--out', join(folder, 'half')));
    expect(half.code).toBe('model-node-missing');
    expect(half.message).toMatch(/The weight "[\w.]+" has no known place in a checkpoint/);
  });
});
