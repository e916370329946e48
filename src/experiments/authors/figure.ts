/** The figure of an authors experiment: effects by layer, and at the ruled layer by span and condition. */
import { clusterMean } from '../../stats/effect.ts';
import type { ExperimentFigure, FigurePanel, FigureSeries } from '../../charts/figure.ts';
import { mean } from '../../stats/stats.ts';
import { mainId } from './cells.ts';
import { effectsOf } from './effects.ts';
import { flippedMaximum } from './null-curve.ts';
import { meanOver, type Numbers } from './numbers.ts';
import { AUTHORS, type AuthorsSpec, CHARACTERS, SPANS, type Span, strongest } from './spec.ts';
import type { Table } from './table.ts';
import { pointOf } from '../figure-point.ts';

const SPAN_NAMES: Readonly<Record<Span, string>> = {
  before: 'narration before',
  quote: 'quote',
  after: 'narration after',
};

/** The figure: two panels. */
export function figureOf(spec: AuthorsSpec, table: Table, numbers: Numbers): ExperimentFigure {
  return {
    caption: `Left: on the narration after the quote, which is the same words in every cell, what the author (bA), the character (bC) and both together (bAC) make of the stream at every layer, in one unit, with 95 % intervals over ${table.n} scenarios; within the band lies what random signs give at most anywhere. Right: at layer ${table.layer}, the author's effect under the own byline and under each control, and the character's, from before the quote to after it: every span along the direction that was fitted after the quote. P is divided by the author's effect before the quote along the direction that was fitted there, ${mean(numbers.opening).toFixed(2)} sd, which is not the mark on the left.`,
    panels: [layerPanel(spec, table), spanPanel(spec, numbers)],
  };
}

function layerPanel(spec: AuthorsSpec, table: Table): FigurePanel {
  const strong = strongest(spec);
  const curves = (instrument: 'author' | 'character'): readonly (readonly number[])[][] =>
    AUTHORS.flatMap((author) =>
      CHARACTERS.map((character) => table.byLayer(mainId(author, character, strong), instrument, 'after')),
    );
  const effects = { author: layerEffects(curves('author')), character: layerEffects(curves('character')) };
  const lines = [
    { name: 'bA, author', tone: 'first', values: effects.author.map(({ author }) => author) },
    { name: 'bC, character', tone: 'second', values: effects.character.map(({ character }) => character) },
    { name: 'bAC, both', tone: 'third', values: effects.author.map(({ interaction }) => interaction) },
  ] as const;
  const chance = flippedMaximum(
    lines.flatMap(({ values }) => values),
    spec.permutations,
    spec.seed,
  );
  return {
    title: 'After the quote, by layer',
    x: { label: 'layer' },
    y: { label: 'effect, sd' },
    series: lines.map(({ name, tone, values }): FigureSeries => ({
      name,
      as: 'line',
      tone,
      points: values.map((effect, layer) => pointOf(layer, clusterMean(effect, spec.draws, spec.seed))),
    })),
    bands: [{ from: -chance, to: chance, says: 'random signs: 95 % of the largest of all layers and effects' }],
    lines: [
      { at: 0, across: 'x', says: 'no effect' },
      { at: table.layer, across: 'y', says: 'the layer that the rule reads' },
    ],
  };
}

/** Effects at every layer, of four cells `[layers][scenarios]` in the order kind hero, kind villain, cruel hero, cruel villain. */
function layerEffects(cells: readonly (readonly (readonly number[])[])[]): ReturnType<typeof effectsOf>[] {
  return (cells[0] ?? []).map((_, layer) =>
    effectsOf(
      (author, character) =>
        cells[AUTHORS.indexOf(author) * CHARACTERS.length + CHARACTERS.indexOf(character)]?.[layer] ?? [],
    ),
  );
}

function spanPanel(spec: AuthorsSpec, { author, character, controls }: Numbers): FigurePanel {
  const series = (name: string, tone: FigureSeries['tone'], of: (span: Span) => readonly number[]): FigureSeries => ({
    name,
    as: 'intervals',
    tone,
    points: SPANS.map((span) => pointOf(SPAN_NAMES[span], meanOver(spec, of(span)))),
  });
  return {
    title: 'By span and condition',
    x: { label: 'where it is read', categories: SPANS.map((span) => SPAN_NAMES[span]) },
    y: { label: 'effect, sd' },
    series: [
      series('author, own byline', 'first', (span) => author[span].author),
      series('author, unseen byline', 'third', (span) => controls.mismatched[span]),
      series('author, no byline', 'fourth', (span) => controls.unsigned[span]),
      series('author, scrambled excerpts', 'null', (span) => controls.scrambled[span]),
      series('character', 'second', (span) => character[span].character),
    ],
    lines: [{ at: 0, across: 'x', says: 'no effect' }],
  };
}
