import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/probe/report-types.ts';
import { probeCard } from '../../../src/formats/probe/probe-card.ts';
import { assertReportFits, parseReport, serialiseReport } from '../../../src/formats/probe/report.ts';
import { sampleHead, sampleReport } from '../../fixtures/samples/report-sample.ts';
import { alteredJson, refusal } from '../../fixtures/refusal.ts';
import { sampleProbe } from '../../fixtures/samples/sample-probe.ts';

const source = serialiseReport(sampleReport);
const headWithReadout = { ...sampleHead, trace: sampleProbe.trace };
/** The report with one value changed, `path` being its keys; an undefined value removes it. */
const altered = (path: readonly (string | number)[], value: unknown): string => alteredJson(source, path, value);

describe('a report file', () => {
  it('gives the report back that was written, and writes the same text again', () => {
    const parsed = parseReport(source);
    expect(parsed).toEqual(sampleReport);
    expect(serialiseReport(parsed)).toBe(source);
    expect(JSON.parse(source)).toMatchObject({ format: 'flipside-report', version: 3 });
  });

  it('of the first version still opens, without what was not measured then', () => {
    const old = JSON.parse(source) as { version: number; baselines: Record<string, unknown> };
    old.version = 1;
    delete old.baselines['embedding'];
    expect(parseReport(JSON.stringify(old))).toEqual({
      ...sampleReport,
      baselines: { ...sampleReport.baselines, embedding: null },
    });
  });

  it('of the second version still opens, and its card says that the readout was not judged by it', () => {
    const old = JSON.parse(source) as Record<string, unknown>;
    old['version'] = 2;
    delete old['readout'];
    const report = parseReport(JSON.stringify(old));
    expect(report).toEqual({ ...sampleReport, readout: null });
    const lack = 'was made before the readout was judged by it';
    expect(probeCard(headWithReadout, report)).toContain(lack);
    expect(probeCard(headWithReadout, sampleReport)).not.toContain(lack);
    expect(probeCard({ ...headWithReadout, trace: null }, report)).not.toContain(lack);
  });

  it('keeps the layer and penalty by which a style was read that was left out', () => {
    const styled: Report = {
      ...sampleReport,
      transfer: [
        { ...sampleReport.transfer[0]!, chosen: { layer: 2, penalty: 0.3 } },
        { kind: 'form', name: 'chat', auroc: sampleReport.transfer[0]!.auroc, pairs: 0.5 },
      ],
    };
    expect(parseReport(serialiseReport(styled))).toEqual(styled);
    expect(
      refusal(() =>
        serialiseReport({
          ...sampleReport,
          transfer: [{ ...sampleReport.transfer[0]!, chosen: { layer: 3, penalty: 1 } }],
        }),
      ).message,
    ).toContain('report.transfer[0].chosen.layer must be a whole number from 0 to 2');
  });

  it('is the same text whatever the order of the keys, and keeps nothing that it does not know', () => {
    const shuffled = Object.fromEntries(
      Object.entries({ ...sampleReport, secret: 'x' }).reverse(),
    ) as unknown as Report;
    expect(serialiseReport(shuffled)).toBe(source);
  });

  it('rounds what is broken to six digits and leaves counts whole', () => {
    const written = parseReport(
      serialiseReport({
        ...sampleReport,
        readings: 987_654,
        drift: [{ beats: 0, mean: 1 / 3, sd: 2e-9 / 3, n: 999_999 }],
      }),
    );
    expect(written.readings).toBe(987_654);
    expect(written.drift).toEqual([{ beats: 0, mean: 0.333333, sd: 6.66667e-10, n: 999_999 }]);
  });

  it('may lack what could not be measured, and says so with null', () => {
    const bare: Report = {
      ...sampleReport,
      selectivity: null,
      baselines: { ...sampleReport.baselines, bagOfWords: null },
      poles: { ...sampleReport.poles, cosine: null, salience: null },
      transfer: [],
      controls: [],
      drift: [],
      caveats: [],
    };
    expect(parseReport(serialiseReport(bare))).toEqual(bare);
  });

  it.each([
    [['format'], 'flipside-probe', 'report.format must be "flipside-report"'],
    [['version'], 4, 'report.version is 4, written by a newer Flipside'],
    [['readout', 'topics', 'ends', 'value'], 1.5, 'report.readout.topics.ends.value must lie between 0 and 1'],
    [['readout', 'raw', 0, 'grain'], 'reading', 'report.readout.raw[0].grain must be one of'],
    [['readout', 'stories', 'pooled', 'inside', 'low'], null, 'must have both ends of its interval or neither'],
    [['probe', 'id'], '../x', 'report.probe.id must hold'],
    [['probe', 'sha256'], 'AB', 'report.probe.sha256 must be a SHA-256'],
    [['axis', 'positive'], '', 'report.axis.positive is empty'],
    [['layer'], 3, 'report.layer must be a whole number from 0 to 2'],
    [['topics'], 0, 'report.topics must be a whole number from 1'],
    [['readings'], 1.5, 'report.readings must be a whole number from 1'],
    [['curves'], [], 'report.curves must have 1 to 64 items'],
    [['curves', 1, 'auroc'], [0.5], 'report.curves[1].auroc must have 3 items, got 1'],
    [['curves', 0, 'auroc', 1], 1.01, 'report.curves[0].auroc[1] must lie between 0 and 1'],
    [['curves', 0, 'aurocLow', 1], null, 'report.curves[0] at layer 1 must have both ends of its interval or neither'],
    [['curves', 0, 'aurocLow', 1], 0.9, 'report.curves[0] at layer 1 has an interval from 0.9 to 0.82'],
    [['curves', 0, 'dPrime', 2], null, 'report.curves[0].dPrime[2] must be a finite number, got null'],
    [['curves', 0, 'method', 'target'], 'all', 'report.curves[0].method.target must be one of'],
    [['curves', 0, 'p'], -0.1, 'report.curves[0].p must lie between 0 and 1'],
    [['curves', 0, 'nested', 'auroc', 'n'], 0, 'report.curves[0].nested.auroc.n must be a whole number from 1'],
    [['curves', 0, 'nested', 'auroc', 'low'], undefined, 'report.curves[0].nested.auroc.low is missing'],
    [
      ['curves', 0, 'nested', 'auroc', 'note'],
      'x'.repeat(401),
      'report.curves[0].nested.auroc.note must have at most 400 characters',
    ],
    [
      ['curves', 0, 'nested', 'chosen', 0, 'layer'],
      3,
      'report.curves[0].nested.chosen[0].layer must be a whole number from 0 to 2',
    ],
    [
      ['baselines', 'bagOfWords', 'value'],
      'high',
      'report.baselines.bagOfWords.value must be a finite number, got string "high"',
    ],
    [['baselines', 'embedding', 'value'], -0.1, 'report.baselines.embedding.value must lie between 0 and 1'],
    [['baselines', 'randomHigh', 1], 0.3, 'report.baselines at layer 1 has an interval from 0.4 to 0.3'],
    [['selectivity', 'selectivity', 'value'], 2, 'report.selectivity.selectivity.value must lie between -1 and 1'],
    [['calibration', 'bins', 0, 'observed'], 7, 'report.calibration.bins[0].observed must lie between 0 and 1'],
    [
      ['poles', 'positiveAgainstNeutral', 'value'],
      1.2,
      'report.poles.positiveAgainstNeutral.value must lie between 0 and 1',
    ],
    [['poles', 'cosine', 'high'], 1e12, 'report.poles.cosine.high must lie between'],
    [['transfer', 0, 'kind'], 'mood', 'report.transfer[0].kind must be one of style, set, tap, form, part, axis'],
    [['transfer', 0, 'name'], 'a\u202eb', 'report.transfer[0].name holds the invisible character U+202E'],
    [['controls', 0, 'trained'], 'yes', 'report.controls[0].trained must be true or false'],
    [['controls', 0, 'effects'], [], 'report.controls[0].effects must have 1 to 64 items'],
    [['controls', 1, 'effects', 0, 'wanted'], 'high', 'report.controls[1].effects[0].wanted must be one of'],
    [['drift', 0, 'sd'], -1, 'report.drift[0].sd must lie between 0'],
    [['caveats', 0], 7, 'report.caveats[0] must be a string'],
  ] as [(string | number)[], unknown, string][])('with a wrong %j is refused by its path', (path, value, message) => {
    const record = refusal(() => parseReport(altered(path, value)));
    expect(record.code).toBe('probe-invalid');
    expect(record.message).toContain(message);
  });

  it.each(['', '{', '[]', 'null', '7'])('that is %j is refused', (text) => {
    expect(refusal(() => parseReport(text)).code).toBe('probe-invalid');
  });

  it('is not written where it could not be read again', () => {
    const record = refusal(() => serialiseReport({ ...sampleReport, drift: [{ beats: 0, mean: NaN, sd: 1, n: 3 }] }));
    expect(record).toMatchObject({ code: 'internal' });
    expect(record.message).toContain('report.drift[0].mean must be a finite number');
  });

  it('belongs to one probe', () => {
    expect(() => assertReportFits(sampleReport, sampleHead, sampleReport.probe.sha256)).not.toThrow();
    expect(refusal(() => assertReportFits(sampleReport, sampleHead, 'cd'.repeat(32)))).toMatchObject({
      code: 'probe-invalid',
      details: { sha256: 'cd'.repeat(32) },
    });
    expect(refusal(() => assertReportFits(sampleReport, { ...sampleHead, id: 'other' })).message).toContain(
      'judges "kind-cruel" (3 layers',
    );
    expect(
      refusal(() => assertReportFits(sampleReport, { ...sampleHead, model: { ...sampleHead.model, layerCount: 30 } }))
        .details,
    ).toMatchObject({ layers: 31, reportLayers: 3 });
  });
});

describe('the card of a judged probe', () => {
  const card = probeCard(sampleHead, sampleReport);

  it('holds every figure of the report with its interval and n', () => {
    for (const part of [
      '| ridge, hardened, 1 | 0.800 | 0.738 to 0.863 | 108 | 90 % | 0.580 | 0.001 | 1000 | layer 2, penalty 1: 100; layer 1, penalty 3: 8 |',
      '| **1** | 0.750 | 0.680 to 0.820 | 85 % | 0.90 | 0.550 | 0.400 to 0.600 | 0.750 |',
      '| words (naive Bayes), every topic left out | 0.625 | 0.563 to 0.688 | 108 |',
      '| mean of their word embeddings (layer 0), fitted as the probe is | 0.600 | 0.550 to 0.650 | 108 |',
      '| number of words, fewer for cruel | 0.500 | 0.438 to 0.563 | 108 |',
      'difference +0.28 [+0.23 to +0.33], n = 108 topics',
      '| set, left out of the fit | kind-cruel-24 | 0.700 | none (too few topics for an interval) | 4 |',
      '| luck (a zero in training, held out) | good-luck against bad-luck | AUROC | 0.730 | 0.670 to 0.790 | 64 | near 0.5 | not as wanted |',
      '| cosine of the two differences (opposites: -1) | +0.88 | +0.63 to +1.13 | 108 |',
      '| 0.250 | 0.200 | 100 |',
      '| 8 | -0.19 | 0.50 | 36 |',
      '| readouts | -2.00 | +1.50 | 1296 |',
      '- The set kind-cruel-24 was seen before the others were written.',
    ])
      expect(card).toContain(part);
  });

  it('holds nothing that is no number or no word', () => {
    expect(card).not.toMatch(/NaN|undefined|\[object/);
  });

  it('lays out tables whose rows are as wide as their heads, whatever stands in a name', () => {
    const odd = probeCard(sampleHead, {
      ...sampleReport,
      transfer: [{ ...sampleReport.transfer[0]!, name: 'a | b\nc' }],
    });
    const lines = odd.split('\n');
    lines.forEach((line, i) => {
      if (!/^\|(---\|)+$/.test(line)) return;
      const columns = line.split('|').length;
      for (let row = i - 1; lines[row]?.startsWith('|'); row += 1)
        expect(lines[row]?.replaceAll('\\|', '').split('|').length, lines[row]).toBe(columns);
    });
    expect(odd).toContain('a \\| b c');
  });

  it('without a report says what the probe knows and that nothing may be claimed of its meaning', () => {
    const bare = probeCard(sampleHead);
    expect(bare).toContain('no report lies beside this probe');
    expect(bare).toContain('| **1** | 0.750 | 0.680 to 0.820 | 85 % | 0.550 |');
    expect(bare).toContain('nothing may be claimed of what the direction means');
    expect(bare).not.toMatch(/NaN|undefined|\[object/);
  });
});
