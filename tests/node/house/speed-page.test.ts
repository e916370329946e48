/** docs/speed.md is what its records and the results say. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PAGE, readRecords, RESULTS, speedPage } from '../../../bench/speed/speed-page.ts';
import { SPEED } from '../../fixtures/samples/sample-speed.ts';

const results = readFileSync(RESULTS, 'utf8');

describe('docs/speed.md', () => {
  it('is made from the records and the results that are committed', () => {
    const records = readRecords();
    expect(records.length).toBeGreaterThan(0);
    expect(readFileSync(PAGE, 'utf8')).toBe(speedPage(records, results));
  });

  it('says that no card was at hand where none was, and names those that were', () => {
    const software = { ...SPEED, adapter: { ...SPEED.adapter!, software: true } };
    expect(speedPage([{ name: 'soft', record: software }], results)).toContain('**No graphics card was at hand.**');
    const card = speedPage([{ name: 'card', record: SPEED }], results);
    expect(card).not.toContain('No graphics card');
    expect(card).toContain('Graphics cards: maker arch.');
    for (const page of [card, speedPage([], results)])
      expect(page).toContain('| reading a prompt beside transformers.js | at least 2 times as fast |');
  });

  it('puts records side by side and never together, and says what to be careful of', () => {
    const slower = {
      ...SPEED,
      version: '0.1.0',
      load: [1, 40] as const,
      samples: SPEED.samples.map((sample) => ({ ...sample, milliseconds: 2 * sample.milliseconds })),
    };
    const made = speedPage(
      [
        { name: 'a', record: SPEED },
        { name: 'b', record: slower },
      ],
      results,
    );
    // 16 tokens in 120 ms, and in 240.
    expect(made).toContain('| Reading a text | 133 [128, 139], n = 3 | 66.7 [64.1, 69.7], n = 3 |');
    expect(made).toContain('**The machine was busy with other work');
  });

  it('does not pass over a comparison that has gone from the results', () => {
    expect(() => speedPage([], '# Results\n')).toThrow('bench/RESULTS.md has no section');
  });
});
