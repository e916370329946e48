import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { clusterAuroc } from '../../../src/stats/effect.ts';
import { BOOTSTRAP_DRAWS } from '../../../src/probe/evidence/evidence.ts';
import { wilsonInterval } from '../../../src/stats/wilson.ts';
import { type ControlSet, parseControlSet } from '../../../src/formats/sets/control-set.ts';
import { controlEffects } from '../../../src/training/controls.ts';

const shipped = (name: string): ControlSet => {
  const read = (ending: string): string =>
    readFileSync(new URL(`../../../probes/sets/controls/${name}${ending}`, import.meta.url), 'utf8');
  return parseControlSet({
    headerName: `${name}.set.json`,
    rowsName: `${name}.jsonl`,
    header: read('.set.json'),
    rows: read('.jsonl'),
    sha256: '0'.repeat(64),
  });
};
const scoresOf = (items: readonly Record<string, number[]>[]) =>
  new Map(items.map((cells, item) => [`item-${item}`, new Map(Object.entries(cells))]));

describe('the control of stories that flip', () => {
  const stories = Array.from({ length: 18 }, (_, story) => ({
    kind: [1 + (story % 3), 0.5],
    cruel: story < 2 ? [4, 5] : [-1, 0.7 - 0.1 * story],
    neutral: [9],
  }));
  const [gap, auroc, share] = controlEffects(shipped('flips'), scoresOf(stories), 3).effects;

  it('has the mean gap, the AUROC of all sentences with stories as clusters, and the stories that are the right way round', () => {
    expect([gap!.unit, auroc!.unit, share!.unit]).toEqual(['score', 'AUROC', 'share']);
    const rows = stories.flatMap(({ kind, cruel }, story) => [
      ...kind.map((score) => ({ score, label: 1, story })),
      ...cruel.map((score) => ({ score, label: -1, story })),
    ]);
    expect(auroc!.estimate).toEqual(
      clusterAuroc(
        rows.map(({ score }) => score),
        rows.map(({ label }) => label),
        rows.map(({ story }) => story),
        BOOTSTRAP_DRAWS,
        3,
      ),
    );
    expect(auroc!.estimate.n).toBe(18);
    expect(share).toMatchObject({
      wanted: 'above 0.5',
      estimate: { value: 16 / 18, n: 18, ...wilsonInterval(16 / 18, 18) },
    });
  });
});

describe('the control of negation', () => {
  it('counts the items that are the right way round, beside the mean of each difference', () => {
    const items = Array.from({ length: 24 }, (_, item) => ({
      helped: [1],
      'did-not-help': [item < 3 ? 1.5 : -0.5],
      harmed: [-1],
      'did-not-harm': [item === 7 ? -2 : 0],
    }));
    const effects = controlEffects(shipped('negation'), scoresOf(items), 1).effects.filter(
      ({ unit }) => unit === 'share',
    );
    expect(effects.map(({ label, estimate }) => [label, estimate.value * 24])).toEqual([
      ['helped above did not help', 21],
      ['did not harm above harmed', 23],
      ['did not harm above did not help', 20],
    ]);
  });
});
