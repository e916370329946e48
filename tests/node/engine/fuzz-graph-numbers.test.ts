/**
 * Graphs with other nodes, tensors and types than they were made with, run: what opens computes what its own file says. The streams
 * may not be those of the toy, for it is another model; but opening it may change nothing.
 */
import { expect, it } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import { createRng } from '../../../src/base/rng.ts';
import { openNodeFiles, type OpenedNodeDecoder } from '../../../src/engine/node/node-decoder.ts';
import { graphMutations } from '../../fixtures/mutate/mutate-graph.ts';
import { worstError } from '../../fixtures/stream-error.ts';
import { TOY, toyDecoderFiles } from '../../fixtures/toy/toy-graph.ts';

const COUNT = 500;
const IDS = [3, 14, 15, 9, 26, 5, 35];

/** The logits after the text by the graph, and where they were read off the last stream by the lens; or why not. */
async function numbersOf(
  graph: Uint8Array,
  hooked: boolean,
): Promise<{ readonly logits: Float32Array; readonly lens: Float32Array | null } | { readonly refused: string }> {
  let opened: OpenedNodeDecoder | null = null;
  try {
    opened = await openNodeFiles({ ...toyDecoderFiles(), graph }, { hooked }, 'toy');
    const { cache, residuals, logits } = await opened.decoder.run(IDS, null);
    cache.dispose();
    if (!hooked) return { logits, lens: null };
    const lens = await opened.openLens();
    const read = await lens.logits(residuals.slice(-TOY.hidden));
    await lens.dispose();
    return { logits, lens: read };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    return { refused: thrown.code };
  } finally {
    await opened?.decoder.dispose();
  }
}

it('changes no number of a damaged graph that opens, and refuses the others in words', async () => {
  const tally: Record<string, number> = {};
  for (const graph of graphMutations(toyDecoderFiles().graph, COUNT, createRng(11))) {
    const read = await numbersOf(graph, true);
    const outcome = 'refused' in read ? read.refused : 'read';
    tally[outcome] = (tally[outcome] ?? 0) + 1;
    if ('refused' in read) continue;
    const own = await numbersOf(graph, false);
    // What is damaged may be what rewriting replaces: then only the rewritten graph runs.
    if ('refused' in own) continue;
    tally['compared'] = (tally['compared'] ?? 0) + 1;
    expect(worstError(read.logits, own.logits, 1, own.logits.length)).toBeLessThan(1e-5);
    expect(worstError(read.lens ?? new Float32Array(0), own.logits, 1, own.logits.length)).toBeLessThan(1e-5);
  }
  expect(tally['compared']).toBeGreaterThan(50);
  expect(Object.keys(tally)).not.toContain('internal');
}, 300_000);
