/** The acceptance table: the embedded model, read by our engine and fitted by our code, against a reference made elsewhere. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { fitLayer, prepareLayer } from '../../../src/probe/fit/fit.ts';
import { leaveUnitsOut } from '../../../src/probe/fit/leave-out.ts';
import type { FitMethod } from '../../../src/probe/probe-types.ts';
import { labelOf, type ReadoutRows } from '../../../src/stats/linear/rows.ts';
import { auroc } from '../../../src/stats/stats.ts';
import { parsePromptSet } from '../../../src/formats/sets/prompt-set.ts';
import { openNodeReader } from '../../../src/engine/node/node-engine.ts';
import { collectRows } from '../../../src/training/collect.ts';

interface Reference {
  auroc: Record<'dim' | 'ridge', number[]>;
  one_sequence: {
    tokens_before_tap: number;
    tap_tokens: number;
    mean_over_tap_norm: Record<string, number>;
    layer_18_first_three: number[];
  };
}
const at = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const reference = JSON.parse(
  readFileSync(at('tests/fixtures/reference/kind-cruel-24.reference.json'), 'utf8'),
) as Reference;
/** The reference reads layer 30 after the final norm, we before it: another quantity. */
const COMPARED_LAYERS = 30;

let rows: ReadoutRows;

beforeAll(async () => {
  const folder = at('probes/sets/kind-cruel-24/kind-cruel-24');
  const all = readFileSync(`${folder}.jsonl`, 'utf8');
  const poles = all
    .split('\n')
    .filter((line) => !line.includes('"pole": "neutral"'))
    .join('\n');
  const set = parsePromptSet(
    {
      headerName: 'set',
      rowsName: 'rows',
      header: readFileSync(`${folder}.set.json`, 'utf8'),
      rows: poles,
      sha256: '',
    },
    { requireNeutral: false },
  );
  const reader = await openNodeReader(at('public/models/smollm2-135m-instruct-q4'));
  try {
    rows = await collectRows(reader, { sets: [set], stories: undefined, readoutTexts: set.taps, settings: false });
  } finally {
    await reader.dispose();
  }
}, 300_000);

describe('kind-cruel-24 on the embedded model', () => {
  it('is 192 rows of 24 topics', () => {
    expect(rows.info).toHaveLength(192);
    expect(rows.topicCount).toBe(24);
  });

  it('gives the residuals of the one sequence that the reference lists', () => {
    const { tokens_before_tap, mean_over_tap_norm, layer_18_first_three } = reference.one_sequence;
    const row = rows.info.findIndex((info) => info.role === 'positive' && info.topic === 0 && info.readout === 0);
    const vector = (layer: number): Float32Array =>
      rows.residuals[layer]!.subarray(row * rows.hidden, (row + 1) * rows.hidden);
    expect(rows.info[row]!.tokensBefore).toBe(tokens_before_tap);
    for (const [layer, norm] of Object.entries(mean_over_tap_norm)) {
      if (Number(layer) < COMPARED_LAYERS)
        expect(Math.abs(Math.hypot(...vector(Number(layer))) - norm)).toBeLessThan(0.001 + norm * 1e-4);
    }
    layer_18_first_three.forEach((value, f) => expect(Math.abs(vector(18)[f]! - value)).toBeLessThan(0.002));
  });

  // The reference makes its standard units anew in every fold; ours are made once, without labels (docs/decisions/0007).
  it.each<['dim' | 'ridge', FitMethod, number]>([
    ['dim', { kind: 'difference-of-means', target: 'poles', penalty: 0 }, 0.006],
    ['ridge', { kind: 'ridge', target: 'poles', penalty: 1 }, 0.006],
  ])(
    "has the reference's leave-one-topic-out AUROC at every layer: %s",
    (name, method, tolerance) => {
      const targets = Float64Array.from(rows.info, (row) => labelOf(row.role));
      const topics = Array.from({ length: rows.topicCount }, (_, topic) =>
        rows.info.flatMap((row, i) => (row.topic === topic ? [i] : [])),
      );
      const found = rows.residuals.slice(0, COMPARED_LAYERS).map((residuals) => {
        const layer = prepareLayer(
          residuals,
          rows.hidden,
          rows.info.map((_, i) => i),
          { targets, weights: new Float64Array(targets.length).fill(1) },
        );
        return auroc(leaveUnitsOut(fitLayer(layer, method), topics), targets);
      });
      const worst = Math.max(...found.map((value, layer) => Math.abs(value - reference.auroc[name][layer]!)));
      expect(found[0]).toBe(0.5);
      expect(worst, found.map((value) => value.toFixed(4)).join(' ')).toBeLessThanOrEqual(tolerance);
    },
    120_000,
  );
});
