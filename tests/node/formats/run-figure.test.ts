import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { parseRecording } from '../../../src/formats/runs/recording-json.ts';
import { runFigure } from '../../../src/formats/figures/run-figure.ts';
import { runTable } from '../../../src/formats/runs/run-table.ts';
import { coordinate, svgText, tag } from '../../../src/charts/svg.ts';
import { steeredRun, sampleSteering, sampleRun } from '../../fixtures/samples/sample-run.ts';

const choice = { head: 'difference', layer: 1, grain: 'mean', window: 10, theme: 'light' } as const;

describe('a figure', () => {
  it('says what it shows, in which unit, of how much, and what made it', () => {
    const svg = runFigure(sampleRun(), choice);
    for (const said of [
      '8 tokens, 4 of them written by the model; 2 readings at sentence ends',
      'standard deviations',
      'Kind–cruel',
      'SHA-256 abababababab',
      'smollm2-135m-instruct-q4',
      'webgpu',
      'Flipside 0.2.0',
      'seed 7',
      'layer 1',
      'kind',
      'cruel',
    ])
      expect(svg).toContain(said);
    expect(svg).toContain(`−${(3 * 1.75).toFixed(1)}`);
  });

  it('of a steered run says so, by its pole where the probe is the one that read', () => {
    expect(runFigure(sampleRun(), choice)).not.toContain('Not the model by itself');
    expect(runFigure(steeredRun(), choice)).toContain(
      'Not the model by itself: steered to kind, layer 2, strength 0.26 (KL 1), own words only.',
    );
    expect(
      runFigure(
        steeredRun({
          ...sampleSteering,
          probeSha256: 'cd'.repeat(32),
          direction: 'Loyal <b>',
          from: 1,
          where: 'all',
          matchedKl: null,
        }),
        choice,
      ),
    ).toContain('steered to the positive pole of Loyal &lt;b&gt;, layers 1 to 2, strength 0.26.');
    expect(runFigure(steeredRun({ ...sampleSteering, mode: 'ablate', where: 7 }), choice)).toContain(
      'kind–cruel taken out, layer 2, from token 7 on',
    );
    expect(
      runFigure(steeredRun({ ...sampleSteering, mode: 'cap', pole: 'negative', strength: -0.4 }), choice),
    ).toContain('held towards cruel, layer 2, bound −0.4 (KL 1)');
  });

  it('of readings has their scale, a line through them over the chance range, and no colour where none has come', () => {
    const run = sampleRun();
    const svg = runFigure(run, { ...choice, grain: 'reading' });
    expect(svg).toContain('each stretch has the colour of the reading that follows it');
    expect(svg).toContain('>−3.0<');
    expect(svg).not.toContain('Lozenges');
    const [first] = run.taps;
    const cut = runFigure({ ...run, taps: first === undefined ? [] : [first] }, { ...choice, grain: 'reading' });
    const words = (text: string): number => text.match(/<rect [^>]*height="21"/g)?.length ?? 0;
    expect(words(cut)).toBeLessThan(words(svg));
    expect(runFigure({ ...run, taps: [] }, { ...choice, grain: 'reading' })).toContain('mean of 10');
  });

  it('of one pole from neutral has its numbers, its name, and grey where it tells nothing', () => {
    const svg = runFigure(sampleRun(), { ...choice, head: 'positive' });
    expect(svg).toContain('kind from neutral');
    expect(svg).toContain('Grey is not cruel');
    expect(svg).toContain(`−${(3 * 1.5).toFixed(1)}`);
    expect(svg).not.toContain('#802baf');
    expect(runFigure({ ...sampleRun(), poles: null }, { ...choice, head: 'positive' })).toContain('kind against cruel');
    expect(runTable(sampleRun(), { ...choice, head: 'negative' })).toContain('cruel from neutral, layer 1');
  });

  it('lets nothing of a text become markup, and names what is hidden', () => {
    const hostile = '<script>alert(1)</script>&"\'';
    const run = {
      ...sampleRun(),
      title: hostile,
      tokens: sampleRun().tokens.map((piece, at) => ({
        ...piece,
        text: at === 1 ? hostile : at === 2 ? '\u202e\u0000\u0007\ud800' : piece.text,
      })),
    };
    const svg = runFigure(run, choice);
    expect(svg).not.toMatch(/<script|<\/script/);
    expect(svg).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;');
    expect(svg).toContain('⟨U+202E⟩⟨U+0000⟩⟨U+0007⟩⟨U+D800⟩');
    expect(svg).not.toMatch(/[\u0000-\u0008\u202e\ufffe]/);
    expect(svg).not.toContain('\u202e');
  });

  it('has every tag closed, every attribute quoted and no number that is none', () => {
    for (const theme of ['light', 'dark'] as const) {
      const svg = runFigure(parseRecording(readFileSync('public/recordings/betrayal.json', 'utf8')), {
        head: 'difference',
        layer: 16,
        grain: 'mean',
        window: 10,
        theme,
      });
      const open: string[] = [];
      for (const [whole, end, name, own] of svg.matchAll(
        /<(\/?)([a-zA-Z]+)(?:\s[a-zA-Z-]+(?::[a-z]+)?="[^"<>]*")*\s*(\/?)>/g,
      )) {
        if (end === '/') expect(open.pop(), whole).toBe(name);
        else if (own !== '/') open.push(name!);
      }
      expect(open).toEqual([]);
      expect(svg.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]/);
      expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('stays of a size that can be sent, for a text that fills the context', () => {
    const run = sampleRun();
    const tokens = Array.from({ length: 2000 }, (_, id) => ({ id, text: ' word' }));
    const scores = Float32Array.from({ length: 2000 * 3 }, (_, at) => (at < 3 ? Number.NaN : Math.sin(at)));
    expect(
      runFigure({ ...run, tokens, givenTokens: 2000, taps: [], scores, words: scores }, choice).length,
    ).toBeLessThan(2_000_000);
  });

  it('of a run without tokens, readouts or scores is still a picture', () => {
    const run = sampleRun();
    const none = new Float32Array();
    expect(
      runFigure({ ...run, tokens: [], text: '', givenTokens: 0, taps: [], scores: none, words: none }, choice),
    ).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('SVG', () => {
  it('escapes attributes and text, and writes numbers short', () => {
    expect(tag('a', { b: '"<&>\n' })).toBe('<a b="&quot;&lt;&amp;&gt;&#10;"/>');
    expect(svgText(1.23456, -0.001, '<b>')).toBe('<text x="1.23" y="0">&lt;b&gt;</text>');
    expect(coordinate(-0)).toBe('0');
  });
});

describe('a table for the clipboard', () => {
  it('has one line a token and the same cells in each, whatever the text holds', () => {
    const rows = runTable(sampleRun(), choice)
      .trimEnd()
      .split('\n')
      .map((row) => row.split('\t'));
    expect(rows).toHaveLength(9);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([8]));
    expect(rows[1]?.slice(0, 3)).toEqual(['0', "'=Sam", '']);
    expect(rows[4]?.[1]).toBe('⏎');
    expect(rows[4]?.slice(5)).toEqual(['-0.5', '-1', '']);
  });
});
