/** Specimens of components that need nothing but their properties. */
import CarriedOver from '../../src/ui/CarriedOver.svelte';
import ForkChart from '../../src/ui/charts/ForkChart.svelte';
import ForkTable from '../../src/ui/charts/ForkTable.svelte';
import ReadingText from '../../src/ui/ReadingText.svelte';
import RunButtons from '../../src/ui/fields/RunButtons.svelte';
import ChoiceRow from '../../src/ui/fields/ChoiceRow.svelte';
import DarkNote from '../../src/ui/DarkNote.svelte';
import Disclosure from '../../src/ui/Disclosure.svelte';
import RadioRow from '../../src/ui/fields/RadioRow.svelte';
import SaveList from '../../src/ui/SaveList.svelte';
import FigureChart from '../../src/ui/charts/FigureChart.svelte';
import Emphasis from '../../src/ui/Emphasis.svelte';
import Explain from '../../src/ui/Explain.svelte';
import type { IntervalRow } from '../../src/ui/tables/interval-row.ts';
import IntervalRows from '../../src/ui/tables/IntervalRows.svelte';
import LoadProgress from '../../src/ui/LoadProgress.svelte';
import Notice from '../../src/ui/Notice.svelte';
import NumbersTable from '../../src/ui/tables/NumbersTable.svelte';
import PoleChoice from '../../src/ui/fields/PoleChoice.svelte';
import PlainTable from '../../src/ui/tables/PlainTable.svelte';
import StepBar from '../../src/ui/StepBar.svelte';
import StrengthSlider from '../../src/ui/fields/StrengthSlider.svelte';
import ThemeSwitch from '../../src/ui/fields/ThemeSwitch.svelte';
import TwoRunsTable from '../../src/ui/charts/TwoRunsTable.svelte';
import DivergenceChart from '../../src/ui/charts/DivergenceChart.svelte';
import PanelChart from '../../src/ui/charts/PanelChart.svelte';
import PatchGrid from '../../src/ui/charts/PatchGrid.svelte';
import type { ForkedStory } from '../../src/reading/fork.ts';
import type { DtypeAgreement } from '../../src/probe/dtype-agreement.ts';
import { doseResponseFigure } from '../../src/charts/dose.ts';
import { layerPanel } from '../../src/charts/layers/layer-panel.ts';
import { oddsPanel } from '../../src/charts/layers/odds-panel.ts';
import type { DoseReport } from '../../src/steering/dose-types.ts';
import type { PatchReport } from '../../src/steering/patching.ts';
import { NUMBERS, STATUS } from '../browser/pages/support/fake-engine.ts';
import { LAYERS } from '../browser/pages/support/sample.ts';
import { sampleDose } from '../fixtures/samples/dose-sample.ts';
import { openAll, piece, words, type Specimen } from './specimen.ts';

const nothing = (): void => undefined;
const byLayer = (of: (layer: number) => number): number[] => Array.from({ length: LAYERS }, (_, layer) => of(layer));
const AGREEMENT: DtypeAgreement = {
  from: 'q8',
  to: 'q4',
  layer: 16,
  shuffles: 200,
  topics: 24,
  fittedTopics: 72,
  turns: 48,
  cosine: byLayer((layer) => 1 - layer / 200).map((cosine, layer) => (layer === 0 ? null : cosine)),
  null95: byLayer(() => 0.41),
};
const hill =
  (height: number) =>
  (layer: number): number =>
    0.5 + height * Math.exp(-(((layer - 18) / 9) ** 2));
const LONG = 'A_name_of_a_file_that_nobody_would_choose_but_that_somebody_will_have_'.repeat(3);
const totalBytes = STATUS.downloadBytes;
/** KL that begins where two runs have parted, with a gap where their tokens are not the same. */
const apart = {
  ab: Float32Array.from({ length: 60 }, (_, column) =>
    column < 20 ? 0 : column < 26 ? Number.NaN : 2.4 * Math.exp(-(column - 26) / 12),
  ),
  ba: Float32Array.from({ length: 60 }, (_, column) =>
    column < 20 ? 0 : column < 26 ? Number.NaN : 1.1 * Math.exp(-(column - 26) / 9),
  ),
  meanAb: 0.8,
  meanBa: 0.35,
};
/** A dose–response as its panel shows it. */
const drawnDose = (report: DoseReport) => ({
  title: 'Dose–response',
  figure: (width: number) => doseResponseFigure(report, { theme: 'light', width }),
});
/** Patches that move less the higher they are, but for the last token. */
const patches = (gap: number, scale: number, columns = 6): PatchReport => {
  const streams = [1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30];
  const pairs = Array.from({ length: columns }, (_, index) => ({ a: index + 1, b: index + 1 }));
  const tokens = [
    'She',
    ...Array.from(
      { length: columns },
      (_, index) => [' kicked', ' it', '.', '\n', ' unmistakably', ' her'][index % 6] ?? '',
    ),
  ];
  const grid = (of: (row: number, column: number) => number): Float32Array =>
    Float32Array.from({ length: streams.length * columns }, (_, at) => of(Math.floor(at / columns), at % columns));
  const share = (row: number, column: number): number =>
    column === 0 ? 1 - row / 10 : column === columns - 1 ? row / 10 : 0.1 * Math.sin(row + column);
  return {
    model: STATUS.model,
    a: { tokens, odds: gap },
    b: { tokens, odds: 0 },
    words: [' kind', ' cruel'],
    wordTokens: [1, 1],
    pairs,
    streams,
    odds: grid((row, column) => gap * share(row, column)),
    placebos: [1, 2].map((seed) => grid((row, column) => scale * Math.sin(seed * (row + 2 * column)))),
  };
};

const row = (key: string, value: number, half: number | null, wanted: IntervalRow['wanted'] = null): IntervalRow => ({
  key,
  label: key,
  note: '',
  value,
  low: half === null ? null : value - half,
  high: half === null ? null : value + half,
  n: 48,
  wanted,
});
const rows = (of: readonly IntervalRow[], caption = 'Effects') => ({
  caption,
  rows: of,
  origin: 0,
  range: [-1, 1] as const,
  unit: 'sd',
  counted: 'topics',
});

const opened = (specimens: readonly Specimen[]): readonly Specimen[] =>
  specimens.map((specimen) => ({ ...specimen, arrange: (_, node) => openAll(node) }));

/** A story of four sentences whose last two differ by ending. */
const FORKED: ForkedStory = (() => {
  const side = (id: string, scores: readonly number[], act: string) => ({
    id,
    pieces: [' She', ' came', '.', ' She', ' sang', '.', ' Then', ' she', ` ${act}`, '.', ' All', ' saw', '.'],
    trace: scores.map((score, index) => ({
      from: [0, 3, 6, 10][index] ?? 0,
      afterToken: [2, 5, 9, 12][index] ?? 12,
      stand: 'sentence' as const,
      score,
      low: -1.2,
      high: 1.4,
    })),
  });
  return {
    axis: { positive: 'kind', negative: 'cruel', neutral: 'neutral text' },
    shared: 6,
    a: side('a', [1.1, 2.8, -0.9, -2.1], 'stole'),
    b: side('b', [1.1, 2.8, 1.9, 0.8], 'gave'),
  };
})();

/** Pieces in every state. */
export const PIECES: readonly Specimen[] = [
  ...piece('ForkChart', ForkChart, {
    'two endings': {
      story: FORKED,
      label: 'The reading along both endings',
      ends: { a: 'she steals', b: 'she gives' },
      shared: 'the same sentences…',
    },
  }),
  ...piece('ForkTable', ForkTable, {
    'two endings': { story: FORKED, headings: { a: 'Then she steals', b: 'Then she gives' } },
  }),
  ...piece('ReadingText', ReadingText, {
    whole: { pieces: FORKED.a.pieces, trace: FORKED.a.trace, from: 0, to: 13 },
    'not read to its end': { pieces: FORKED.a.pieces, trace: FORKED.a.trace.slice(0, 2), from: 0, to: 13 },
  }),
  ...piece('RunButtons', RunButtons, {
    ready: { label: 'Read', running: false, ready: true, onrun: nothing, onstop: nothing },
    running: { label: 'Read', running: true, ready: false, onrun: nothing, onstop: nothing },
  }),
  ...piece('TwoRunsTable', TwoRunsTable, {
    'by sentences': {
      layer: 16,
      thing: 'mean of 10',
      columns: null,
      readouts: [],
      sentences: {
        a: [
          { mean: 0.4, readout: 1.2 },
          { mean: -3.1, readout: Number.NaN },
        ],
        b: [{ mean: 1.9, readout: 0.2 }],
      },
    },
    'without pairs': { layer: 16, thing: 'words', columns: [], readouts: [], sentences: null },
  }),
  ...piece('DivergenceChart', DivergenceChart, {
    'parting and meeting again': {
      input: { ...apart, parting: 20, first: 26, theme: 'light' },
      current: 30,
      label: 'KL',
      onpoint: nothing,
      onhold: nothing,
    },
    'two equal runs': {
      input: {
        ab: new Float32Array(40),
        ba: new Float32Array(40),
        meanAb: 0,
        meanBa: 0,
        parting: null,
        first: null,
        theme: 'light',
      },
      current: null,
      label: 'KL',
      onpoint: nothing,
      onhold: nothing,
    },
  }),
  ...piece('PatchGrid', PatchGrid, {
    'shares of the way': { report: patches(-2, 1), at: { row: 4, column: 2 }, onmove: nothing },
    'no way to go, no placebos': {
      report: { ...patches(0.02, 0), placebos: [] },
      at: { row: 0, column: 0 },
      onmove: nothing,
    },
    'many tokens': { report: patches(3, 2, 60), at: { row: 10, column: 59 }, onmove: nothing },
  }),
  ...piece('DarkNote', DarkNote, {
    'before one story': { titles: ['Betrayal'], onshow: nothing, onleave: nothing },
    'before two': { titles: ['Betrayal', 'Steady cruel'], onshow: nothing },
  }),
  ...piece('CarriedOver', CarriedOver, {
    empty: { agreement: null, layer: 16 },
    'holds, of one of two runs': { agreement: AGREEMENT, layer: 16, who: 'B' },
    'too low to be read': { agreement: { ...AGREEMENT, cosine: byLayer(() => 0.71) }, layer: 16 },
    'nothing to compare': { agreement: AGREEMENT, layer: 0 },
  }),
  ...piece('Notice', Notice, {
    note: {
      title: 'Running without WebGPU',
      children: words('<p>The browser knows WebGPU but found no graphics card that it may use.</p>'),
      ondismiss: nothing,
    },
    problem: {
      title: 'The model did not arrive',
      tone: 'problem',
      alert: true,
      children: words(
        '<p>onnx/model_q4.onnx could not be fetched: the connection failed after 1,000 of 10,000 bytes.</p>',
      ),
      actions: words('<button type="button" class="primary">Load again</button>'),
      ondismiss: nothing,
    },
    'words that do not break': { title: LONG, tone: 'problem', children: words(`<p>${LONG}</p>`), ondismiss: nothing },
  }),
  ...piece('LoadProgress', LoadProgress, {
    'not begun': { progress: null },
    'first byte': { progress: { phase: 'bytes', loadedBytes: 0, totalBytes, source: 'network' } },
    halfway: { progress: { phase: 'bytes', loadedBytes: totalBytes / 2, totalBytes, source: 'mixed' } },
    'kept bytes': { progress: { phase: 'bytes', loadedBytes: totalBytes, totalBytes, source: 'storage' } },
    'of unknown size': { progress: { phase: 'bytes', loadedBytes: 0, totalBytes: 0, source: 'network' } },
    'trying small graphs': { progress: { phase: 'trial' } },
    'with what a short run found': {
      progress: { phase: 'bytes', loadedBytes: totalBytes / 4, totalBytes, source: 'network' },
      note: 'The software adapter is slower than the processor (at most 0.6 tokens a second); the processor runs: about 14 tokens a second expected.',
    },
    starting: { progress: { phase: 'session' } },
    'warm-up': { progress: { phase: 'warm-up', doneTokens: 31, totalTokens: 95 } },
    'measuring a probe': { progress: { phase: 'probe', doneTurns: 120, totalTurns: 312 } },
  }),
  ...piece('StepBar', StepBar, {
    'not begun': { words: 'Reading', done: 0, total: 0, amount: '', left: '', label: 'Training' },
    halfway: {
      words: 'Reading turns at their control texts',
      done: 612,
      total: 1224,
      amount: '612 of 1,224',
      left: 'about 12 minutes left',
      label: 'Training',
    },
    done: {
      words: 'Judging',
      done: 9_999_999,
      total: 9_999_999,
      amount: '9,999,999 of 9,999,999',
      left: 'about 3 hours left',
      label: 'Training',
    },
  }),
  ...piece('RadioRow', RadioRow, {
    tabs: {
      legend: 'What is given',
      look: 'tabs',
      choices: [
        { value: 'chat', label: 'A chat' },
        { value: 'text', label: 'A text to go on with' },
      ],
      value: 'chat',
      onchange: nothing,
    },
    pills: {
      legend: 'Start from',
      legendShown: true,
      look: 'pills',
      choices: [
        { value: 'a', label: 'A gate', title: 'A guard at a gate.' },
        { value: 'b', label: 'A story' },
        { value: 'c', label: LONG },
      ],
      value: null,
      onchange: nothing,
    },
  }),
  ...piece('ChoiceRow', ChoiceRow, {
    chosen: {
      legend: 'How',
      choices: [
        { value: 'add', label: 'Add', says: 'The same vector is added at every steered word.' },
        { value: 'cap', label: 'Cap' },
      ],
      value: 'add',
      onchange: nothing,
    },
    disabled: {
      legend: 'How',
      choices: [
        { value: 'add', label: 'Add' },
        { value: 'cap', label: 'Cap' },
      ],
      value: 'cap',
      disabled: true,
      onchange: nothing,
    },
    'long words': {
      legend: LONG,
      choices: [
        { value: 'a', label: 'A choice with a rather long name that takes its room', says: LONG },
        { value: 'b', label: 'Another one that is hardly shorter' },
      ],
      value: 'a',
      onchange: nothing,
    },
  }),
  ...piece('PoleChoice', PoleChoice, {
    positive: {
      legend: 'Towards',
      pole: 'positive',
      axis: { positive: 'kind', negative: 'cruel', neutral: 'neutral' },
      onchange: nothing,
    },
    negative: {
      legend: 'Towards',
      pole: 'negative',
      axis: { positive: 'kind', negative: 'cruel', neutral: 'neutral' },
      onchange: nothing,
    },
    disabled: {
      legend: 'Towards',
      pole: 'negative',
      axis: { positive: LONG, negative: 'cruel', neutral: 'neutral' },
      disabled: true,
      onchange: nothing,
    },
  }),
  ...piece('StrengthSlider', StrengthSlider, {
    usual: {
      label: 'Strength',
      value: 0.26,
      range: [0, 1],
      bounds: [0, 2],
      words: 'A vector as long as 26 % of the stream’s typical length: felt.',
      title: 'Takes effect on the next word.',
      onchange: nothing,
    },
    'typed beyond the slider': {
      label: 'Strength',
      value: 1.8,
      range: [0, 1],
      bounds: [0, 2],
      words: 'Text is likely to break here.',
      onchange: nothing,
    },
    disabled: {
      label: 'Strength',
      value: -0.4,
      range: [-1, 1],
      bounds: [-2, 2],
      words: LONG,
      disabled: true,
      onchange: nothing,
    },
  }),
  ...piece('Emphasis', Emphasis, {
    plain: { sentence: 'Nothing stands out.' },
    loud: { sentence: 'They move **both the same way**, so part of this is any steering.' },
  }),
  ...piece('FigureChart', FigureChart, {
    measured: drawnDose(sampleDose),
    'without null and control': drawnDose({ ...sampleDose, placebos: [], ranks: [], control: null }),
    'at one KL, the wrong way': drawnDose({
      ...sampleDose,
      direction: {
        ...sampleDose.direction,
        levels: sampleDose.direction.levels.slice(2, 3).map((level) => ({
          ...level,
          effect: { value: -3, low: null, high: null, n: 4 },
          towards: level.away,
          away: level.towards,
        })),
      },
    }),
    'long names': drawnDose({
      ...sampleDose,
      axis: { ...sampleDose.axis, positive: LONG },
      placebos: sampleDose.placebos.map((one) => ({ ...one, title: `${one.title} ${LONG}` })),
    }),
  }),
  ...piece('ThemeSwitch', ThemeSwitch, {
    system: { value: 'system', onchange: nothing },
    dark: { value: 'dark', onchange: nothing },
  }),
  ...opened(
    piece('SaveList', SaveList, {
      open: {
        summary: 'Save',
        files: [{ says: 'every reading, as CSV' }, { says: 'the picture, as SVG' }],
        name: ({ says }: { readonly says: string }) => `run.${says.slice(-3).toLowerCase()}`,
        onsave: nothing,
      },
    }),
  ),
  ...piece('Disclosure', Disclosure, {
    closed: { summary: 'Show the numbers as tables', children: words('<p>Numbers.</p>') },
  }),
  ...opened(
    piece('Disclosure', Disclosure, {
      open: { summary: 'Show the numbers as tables', children: words('<p>Numbers.</p>') },
    }),
  ),
  ...opened(
    piece('Explain', Explain, {
      open: {
        paragraphs: ['A score is how far the residual stream lies along the direction.', 'Zero is neutral text.'],
      },
    }),
  ),
  ...piece('PanelChart', PanelChart, {
    'curves over layers': {
      panel: layerPanel(
        {
          curves: ['Kind–cruel', 'Honest–deceptive', 'Formal–casual', 'Terse–wordy'].map((name, index) => ({
            name,
            values: byLayer(hill(0.4 - index / 10)),
          })),
          chance: { name: 'shuffled labels', values: byLayer(() => 0.59) },
          range: [0.3, 1],
          layer: 16,
        },
        { title: 'AUROC by layer', up: 'held-out AUROC' },
      ),
      theme: 'light',
      summary: 'Layer 16: 0.90.',
    },
    'without some values, with words for places': {
      panel: layerPanel(
        {
          curves: [{ name: 'cosine', values: byLayer((layer) => (layer < 5 ? Number.NaN : Math.cos(layer / 5))) }],
          range: [-1, 1],
          ticks: [-1, 0, 1].map((at) => ({ at, says: ['opposite', 'unrelated', 'the same'][at + 1] ?? '' })),
        },
        { title: 'Cosine by layer', up: 'cosine' },
      ),
      theme: 'light',
      height: 120,
    },
    'one layer': {
      panel: layerPanel(
        { curves: [{ name: 'this probe', values: [0.7], low: [0.6], high: [0.8] }], range: [0.4, 1], layer: 0 },
        { title: 'AUROC by layer', up: 'held-out AUROC' },
      ),
      theme: 'light',
      height: 120,
    },
    'scores as odds': {
      panel: oddsPanel(
        Array.from({ length: 10 }, (_, bin) => ({
          predicted: (bin + 0.5) / 10,
          observed: (bin + 0.5) / 10,
          n: 4 + bin * 2,
        })),
        'kind',
      ),
      theme: 'light',
    },
    nothing: {
      panel: layerPanel({ curves: [], range: [0, 1] }, { title: 'Nothing yet', up: 'AUROC' }),
      theme: 'light',
    },
  }),
  ...piece('IntervalRows', IntervalRows, {
    judged: rows([
      row('helped − did not help', 1.2, 0.4, { words: 'above zero', verdict: 'as wanted' }),
      row('good − bad luck', 0.6, 0.07, { words: 'near zero', verdict: 'not as wanted' }),
      row('did not harm − harmed', 0.3, 0.5, { words: 'above zero', verdict: 'open' }),
    ]),
    'without intervals': rows([row('too few topics', 0.4, null)]),
    'far out': rows([row('an effect of forty', 40, 12), row('its opposite', -1234.5, 300)]),
    'long names': rows([row(LONG, 0.4, 0.2)], LONG),
    none: rows([]),
  }),
  ...piece('NumbersTable', NumbersTable, {
    passed: { report: NUMBERS },
    failed: {
      report: {
        ...NUMBERS,
        passed: false,
        rows: NUMBERS.rows.map((each) => ({
          ...each,
          residualError: each.residualError.map((error, layer) => (layer > 20 ? Number.NaN : error * 1e4)),
          greedyMatches: 3,
        })),
      },
    },
  }),
  ...piece('PlainTable', PlainTable, {
    empty: { name: 'nothing', header: ['layer', 'auroc'], rows: [], onsave: nothing },
    wide: {
      name: 'auroc-by-layer',
      header: ['layer', ...Array.from({ length: 12 }, (_, index) => `a long column name ${index}`)],
      rows: Array.from({ length: 31 }, (_, layer) => [
        layer,
        ...Array.from({ length: 12 }, (_, index) =>
          index === 3 ? null : index === 4 ? Number.NaN : Math.sin(layer + index),
        ),
      ]),
      onsave: nothing,
    },
  }),
];
