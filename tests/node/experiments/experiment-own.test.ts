/**
 * What docs/experiments/spec.md tells about experiments of one's own is so: its example is applied as it stands there,
 * and its refusals are what a changed spec gets.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/base/errors.ts';
import type { RunSize } from '../../../src/experiments/experiment-types.ts';
import { DESIGNS } from '../../../src/experiments/designs.ts';
import { type LoadedSpec, parseSpec } from '../../../src/experiments/spec.ts';

const guide = readFileSync('docs/experiments/spec.md', 'utf8');
const shipped = (id: string): string => readFileSync(`experiments/${id}/spec.json`, 'utf8');
const loaded = (source: string): LoadedSpec => parseSpec(source, '0'.repeat(64), DESIGNS);
const unitIds = ({ design, spec }: LoadedSpec, size: RunSize): string[] => design.units(spec, size).map(({ id }) => id);

/** Puts the hunks of a diff in place; what each replaces must stand there once. */
function patched(source: string, diff: string): string {
  const [, ...hunks] = diff.trimEnd().split(/^@@.*@@\n/m);
  return hunks.reduce((text, hunk) => {
    const side = (other: string): string =>
      hunk
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith(other))
        .map((line) => line.slice(1))
        .join('\n');
    expect(text.split(side('+'))).toHaveLength(2);
    return text.replace(side('+'), () => side('-'));
  }, source);
}

/** The file with the value at `path` changed; a change to nothing takes it out. */
function altered(source: string, path: readonly (string | number)[], change: (found: unknown) => unknown): string {
  const root = JSON.parse(source) as Record<string | number, unknown>;
  const holder = path.slice(0, -1).reduce((at, key) => at[key] as Record<string | number, unknown>, root);
  const last = path.at(-1) ?? '';
  holder[last] = change(holder[last]);
  return JSON.stringify(root);
}

function refusal(source: string): string {
  try {
    loaded(source);
  } catch (error) {
    if (error instanceof AppError && error.code === 'spec-invalid') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

const example = patched(shipped('A/earlier'), /```diff\n([^`]*)```/.exec(guide)?.[1] ?? '');

describe('the worked example', () => {
  const [before, after] = [loaded(shipped('A/earlier')), loaded(example)];

  it('has its own id and the scenarios that were added, in every template', () => {
    const [shippedIds, ownIds] = [unitIds(before, 'full'), unitIds(after, 'full')];
    expect(after.spec.id).toBe('my-authors');
    expect(shippedIds).toHaveLength(72);
    expect(ownIds).toEqual([...shippedIds, 's25-t1', 's25-t2', 's25-t3', 's26-t1', 's26-t2', 's26-t3']);
  });

  it('plans the same quick run, which costs the same', () => {
    expect(after.design.units(after.spec, 'quick')).toEqual(before.design.units(before.spec, 'quick'));
  });
});

describe('a copy under another name', () => {
  it.each(['A', 'A2', 'B', 'C', 'D', 'E', 'A/earlier', 'A2/earlier', 'B/earlier', 'C/earlier', 'D/earlier'])(
    'of %s plans what the shipped one does, and less of it quickly',
    (id) => {
      const own = loaded(altered(shipped(id), ['id'], () => 'my-own'));
      const cost = (size: RunSize): number =>
        own.design.units(own.spec, size).reduce((sum, unit) => sum + unit.cost.read + unit.cost.written, 0);
      expect(unitIds(own, 'full')).toEqual(unitIds(loaded(shipped(id)), 'full'));
      expect(cost('quick')).toBeGreaterThan(0);
      expect(cost('quick')).toBeLessThan(cost('full') / 2);
    },
  );
});

describe('a name that nothing reads', () => {
  it.each(['A', 'A2', 'B', 'C', 'D', 'E', 'A/earlier', 'A2/earlier', 'B/earlier', 'C/earlier', 'D/earlier'])(
    'is refused in %s by its path, at the top and among the thresholds',
    (id) => {
      expect(refusal(altered(shipped(id), ['threshholds'], () => ({})))).toMatch(
        /^spec\.threshholds is not known; the nearest name that is known there is thresholds\./,
      );
      expect(refusal(altered(shipped(id), ['thresholds', 'foo'], () => 1))).toMatch(
        /^spec\.thresholds\.foo is not known; the nearest name/,
      );
    },
  );

  it('is refused deep inside', () => {
    expect(refusal(altered(shipped('A/earlier'), ['stimuli', 'scenarios', 3, 'hero', 'qoute'], () => 'x'))).toMatch(
      /^spec\.stimuli\.scenarios\[3\]\.hero\.qoute is not known; .* there is quote\./,
    );
    expect(refusal(altered(shipped('B/earlier'), ['axes', 1, 'stories', 0, 'beats', 2, 'drak'], () => 'x'))).toMatch(
      /^spec\.axes\[1\]\.stories\[0\]\.beats\[2\]\.drak is not known; .* there is dark\./,
    );
    expect(refusal(altered(shipped('C/earlier'), ['families', 0, 'leed'], () => 'x'))).toMatch(
      /^spec\.families\[0\]\.leed is not known; .* there is lead\./,
    );
    expect(refusal(altered(shipped('C'), ['families', 0, 'topics', 1, 'itmes'], () => 'x'))).toMatch(
      /^spec\.families\[0\]\.topics\[1\]\.itmes is not known; .* there is items\./,
    );
  });
});

describe('another axis in the earlier D', () => {
  const source = shipped('D/earlier');
  const [axis] = (JSON.parse(source) as { axes: [Record<string, unknown>] }).axes;
  const strings = (begin: string): string[] =>
    Array.from({ length: 8 }, (_, at) => `${begin} the ${'lm'.repeat(at + 1)} under the bench.`);
  const added = {
    ...axis,
    id: 'patient',
    moral: false,
    opposable: true,
    x: 'patient',
    opposite: 'restless',
    called: 'a patient man',
    shows: strings('He watched'),
    acts: strings('counted'),
    oppositeActs: strings('kicked'),
  };
  const withAxis = (own: Record<string, unknown>): string =>
    altered(source, ['axes'], (axes) => [...(axes as unknown[]), own]);

  it('is one more unit', () => {
    const [before = [], after = []] = [source, withAxis(added)].map((file) => unitIds(loaded(file), 'full'));
    expect(after).toEqual([...before, 'other-opposable-patient'].sort());
  });

  it('is refused where it names what it shows, or says something twice', () => {
    expect(
      refusal(
        withAxis({
          ...added,
          shows: ['He was known for his patience all his life.', ...strings('He watched').slice(1)],
        }),
      ),
    ).toMatch(/^spec\.axes\[48\]\.shows\[0\] holds "patience"/);
    expect(refusal(withAxis({ ...added, acts: strings('kicked') }))).toMatch(
      /^spec\.axes\[48\]\.oppositeActs\[0\] is the same as spec\.axes\[48\]\.acts\[0\]/,
    );
  });
});

describe('what the guide says of refusals', () => {
  const a = shipped('A/earlier');
  const story = ['stimuli', 'scenarios', 0, 'villain'] as const;
  const cases: Readonly<Record<string, string>> = {
    'only the first of the two scenarios above is added': altered(example, ['stimuli', 'scenarios'], (all) =>
      (all as unknown[]).slice(0, 25),
    ),
    "the villain's narration is another one": altered(a, [...story, 'after'], () => 'Nobody came.'),
    'the villain says much less': altered(a, [...story, 'quote'], () => '“No,” said the carpenter.'),
    'a level that the design does not have': altered(a, ['factors', 'author'], () => ['kind', 'wicked']),
    'a threshold is left out': altered(a, ['thresholds', 'persistence'], () => undefined),
    'a threshold is misspelt beside the right one': altered(a, ['thresholds', 'persistance'], () => 0.3),
    'a moral axis of D is made not moral': altered(shipped('D/earlier'), ['axes'], (all) =>
      (all as { moral: boolean; opposable: boolean }[]).map((axis, at, axes) =>
        at === axes.findIndex(({ moral, opposable }) => moral && opposable) ? { ...axis, moral: false } : axis,
      ),
    ),
    'too few permutations': altered(a, ['permutations'], () => 100),
    'an id with a space': altered(a, ['id'], () => 'my authors'),
    'a design that there is no code for': altered(a, ['design'], () => 'mirrors'),
  };
  const told = [...guide.matchAll(/^\| ([^|]+) \| `(spec\.[^|]+)` \|$/gm)].map(([, change = '', message = '']) => ({
    change,
    message,
  }));

  it('is tried here, line by line', () => {
    expect(told.map(({ change }) => change)).toEqual(Object.keys(cases));
  });

  it.each(told)('is what a spec gets where $change', ({ change, message }) => {
    expect(refusal(cases[change] ?? a)).toBe(message);
  });
});
