/** The committed results are what their units say: analysed anew, every file comes out byte for byte. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { leadOf } from '../../../src/text/lead.ts';
import { DESIGNS } from '../../../src/experiments/designs.ts';
import { makeReport } from '../../../src/experiments/report.ts';
import { parseSpec } from '../../../src/experiments/spec.ts';
import { parseUnits, serialiseUnits } from '../../../src/experiments/unit-file.ts';
import { experimentCard } from '../../../src/experiments/report/experiment-card.ts';
import { experimentFigureSvg } from '../../../src/formats/figures/experiment-figure.ts';
import { parseReport, serialiseReport } from '../../../src/experiments/report/experiment-report.ts';

const EXPERIMENTS = fileURLToPath(new URL('../../../experiments', import.meta.url));
const MODEL = 'smollm2-135m-instruct-q4';
const WEIGHTS = (
  JSON.parse(
    readFileSync(fileURLToPath(new URL('../../../probes/kind-cruel/probe.json', import.meta.url)), 'utf8'),
  ) as {
    model: { weightsSha256: string };
  }
).model.weightsSha256;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe.each(['A', 'A/earlier', 'A2', 'A2/earlier', 'B', 'B/earlier', 'C', 'C/earlier', 'D', 'D/earlier', 'E'])(
  'the results of %s',
  (letter) => {
    const read = (name: string): string => readFileSync(join(EXPERIMENTS, letter, 'results', MODEL, name), 'utf8');

    it('belong to the shipped spec, the embedded model and a full run', () => {
      const source = readFileSync(join(EXPERIMENTS, letter, 'spec.json'), 'utf8');
      expect(read('spec.json')).toBe(source);
      const { experiment, model, backend } = parseReport(read('report.json'));
      expect({
        id: experiment.id,
        size: experiment.size,
        spec: experiment.specSha256,
        model: model.id,
        weights: model.weightsSha256,
        backend,
      }).toEqual({
        id: letter.split('/')[0],
        size: 'full',
        spec: sha256(source),
        model: MODEL,
        weights: WEIGHTS,
        backend: 'node',
      });
    });

    it('come out of their units again, bit by bit', () => {
      const source = read('spec.json');
      const units = read('units.jsonl');
      const set = parseUnits(units, 'units.jsonl');
      expect(serialiseUnits(set)).toBe(units);
      const report = makeReport(parseSpec(source, sha256(source), DESIGNS), set, sha256(units));
      expect(serialiseReport(report)).toBe(read('report.json'));
      expect(experimentCard(report)).toBe(read('CARD.md'));
      expect(experimentFigureSvg(report.figure, 'light')).toBe(read('figure.svg'));
      expect(experimentFigureSvg(report.figure, 'dark')).toBe(read('figure-dark.svg'));
    }, 120_000);

    it('say in the two sentences at a glance what decides, without names of the code or a hyphen for a minus', () => {
      const report = parseReport(read('report.json'));
      const { lead } = leadOf(report.because, 260);
      expect(lead).toContain(
        {
          A: 'Whose people turned makes no difference that counts',
          'A/earlier': '4 of 4 gates fail, so nothing is concluded',
          A2: 'Sentences are not shown to add up',
          'A2/earlier': 'Additivity is refuted',
          B: 'It can flip back; no attractor is seen',
          'B/earlier': 'may not be read',
          C: 'No trend holds in both families',
          'C/earlier': 'A gate fails',
          D: 'Tropes: on axes of conduct and feeling the opposite gains 76 %',
          E: 'On every axis more is lost at commas and full stops than at as many other tokens',
          'D/earlier': 'Tropes or opposites cannot be told',
        }[letter] ?? 'a sixth experiment',
      );
      expect(leadOf(lead, 1).rest, 'two sentences').not.toBe('');
      const ids = [...report.gates, ...report.contrasts, ...report.measures]
        .map(({ id }) => id)
        .filter((id) => id.includes('-') || id.includes('.'));
      for (const { says } of [...report.gates, ...report.contrasts, ...report.measures])
        expect(says).not.toMatch(/(^|[\s([])-\d/);
      expect(report.figure.caption).not.toMatch(/(^|[\s([])-\d/);
      for (const sentence of [report.because, ...report.wouldChange, ...report.limits]) {
        expect(sentence).not.toMatch(/(^|[\s([])-\d/);
        for (const id of ids) expect(sentence).not.toContain(id);
      }
    });

    it('give the power of each contrast for the statistic whose interval stands beside it', () => {
      for (const {
        id,
        estimate: { low, high },
        detectable,
      } of parseReport(read('report.json')).contrasts) {
        if (low === null || high === null || high === low) continue;
        expect(detectable, id).not.toBeNull();
        // t(0.975) + t(0.8) lies between 2.8 and 3.4 from 8 units on; bootstrap intervals of few units are too narrow,
        // and skewed ones uneven.
        const ratio = (detectable ?? NaN) / ((high - low) / (2 * 1.96));
        expect(ratio, id).toBeGreaterThan(2.4);
        expect(ratio, id).toBeLessThan(3.8);
      }
    });
  },
);

describe.each(readdirSync(join(EXPERIMENTS, 'D', 'results')).filter((name) => name !== MODEL))(
  'the run of D on %s',
  (folder) => {
    it('is a quick run of the shipped spec, and comes out of its units again', () => {
      const read = (name: string): string => readFileSync(join(EXPERIMENTS, 'D', 'results', folder, name), 'utf8');
      const source = readFileSync(join(EXPERIMENTS, 'D', 'spec.json'), 'utf8');
      const units = read('units.jsonl');
      const set = parseUnits(units, 'units.jsonl');
      expect(folder).toMatch(/-quick$/);
      expect(set.head.size).toBe('quick');
      // Which model it was is said by the head alone: the limits hold for any.
      expect(parseReport(read('report.json')).limits.join(' ')).not.toMatch(/million|four-bit/);
      const report = makeReport(parseSpec(source, sha256(source), DESIGNS), set, sha256(units));
      expect(serialiseReport(report)).toBe(read('report.json'));
      expect(experimentCard(report)).toBe(read('CARD.md'));
      expect(experimentFigureSvg(report.figure, 'light')).toBe(read('figure.svg'));
    }, 120_000);
  },
);
