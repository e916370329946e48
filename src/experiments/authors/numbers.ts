/** Every number of an authors experiment, from the table of its units: effects scenario by scenario and estimates over scenarios. */
import { clusterStatistics } from '../../stats/cluster-statistic.ts';
import { clusterAuroc, clusterMean } from '../../stats/effect.ts';
import type { RunSize } from '../experiment-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { bindingId, type Control, controlId, mainId, ORDERS } from './cells.ts';
import { clarity, dominance, type Effects, effectsOf, meanAt, type Row, rowsOf } from './effects.ts';
import { strengthsOf } from './plan.ts';
import type { InstrumentName } from './prepare.ts';
import { AUTHORS, type AuthorsSpec, type Span, strongest } from './spec.ts';
import type { Table } from './table.ts';

/** Effects at the layer that the rule reads, one a scenario. */
export interface Numbers {
  readonly n: number;
  /** Of the design proper at the greatest strength, each factor read with its own instrument. */
  readonly author: Readonly<Record<Span, Effects>>;
  readonly character: Readonly<Record<Span, Effects>>;
  /**
   * What P and L are divided by, where it begins: the author's effect before the quote and the character's on it, along
   * directions that were fitted there.
   */
  readonly opening: readonly number[];
  readonly speech: readonly number[];
  /** The author's effect on narration at other strengths, and under each control. */
  readonly strengths: readonly { readonly strength: number; readonly after: readonly number[] }[];
  readonly controls: Readonly<Record<Control, Readonly<Record<Span, readonly number[]>>>>;
  /** Own byline less unseen byline: what of the author's effect hangs on the name. */
  readonly binding: Readonly<Record<Span, readonly number[]>>;
  /** Both authors in one context: half of what the last byline changes, and half of what the order does. */
  readonly byline: Readonly<Record<'author' | 'byline' | 'recency', Readonly<Record<Span, readonly number[]>>>>;
  /**
   * Λ after the design proper, and half of what the last byline changes in it where both authors stand in the context;
   * null where that was not asked.
   */
  readonly choice: Effects;
  readonly bylineChoice: readonly number[] | null;
  /** Ratios and differences with intervals of the same resamples of scenarios. */
  readonly ratios: Ratios;
  /** AUROC of the last byline, every context's own level taken out. */
  readonly decodable: Readonly<Record<Span, Estimate>>;
}

/** What the rule reads. */
export interface Ratios {
  readonly persistence: Estimate;
  readonly leakage: Estimate;
  readonly leakageOverPersistence: Estimate;
  readonly dominance: Estimate;
  readonly clarity: Estimate;
  /** P and L along the one direction that was fitted after the quote. */
  readonly sharedPersistence: Estimate;
  readonly sharedLeakage: Estimate;
  readonly choice: Estimate;
}

/** The numbers of a table of a run of `size`. */
export function numbersOf(spec: AuthorsSpec, size: RunSize, table: Table): Numbers {
  const strong = strongest(spec);
  const main = (instrument: InstrumentName, span: Span, strength = strong): Effects =>
    effectsOf((author, character) => table.at(mainId(author, character, strength), instrument, span));
  const control = (name: Control, span: Span): readonly number[] =>
    effectsOf((author, character) => table.at(controlId(name, author, character), 'author', span)).author;
  const author = bySpan((span) => main('author', span));
  const character = bySpan((span) => main('character', span));
  const controls = {
    unsigned: bySpan((span) => control('unsigned', span)),
    scrambled: bySpan((span) => control('scrambled', span)),
    mismatched: bySpan((span) => control('mismatched', span)),
  };
  const [opening, speech] = [main('opening', 'before').author, main('speech', 'quote').character];
  const choice = effectsOf((who, whom) => table.odds(mainId(who, whom, strong)));
  const bound = bindingEffects(table);
  return {
    n: table.n,
    author,
    character,
    opening,
    speech,
    strengths: strengthsOf(spec, size)
      .filter((strength) => strength !== strong)
      .map((strength) => ({ strength, after: main('author', 'after', strength).author })),
    controls,
    binding: bySpan((span) => author[span].author.map((effect, at) => effect - (controls.mismatched[span][at] ?? NaN))),
    byline: bound,
    choice,
    bylineChoice:
      size === 'full'
        ? halfAcross(ORDERS.map((order) => AUTHORS.map((byline) => table.odds(bindingId(order, byline)))))
        : null,
    ratios: ratiosOf(spec, table, { author, character, opening, speech, choice }),
    decodable: bySpan((span) => decodability(spec, table, span)),
  };
}

/** The estimate of a mean over scenarios. */
export function meanOver(spec: AuthorsSpec, values: readonly number[]): Estimate {
  return clusterMean(values, spec.draws, spec.seed);
}

function bindingEffects(table: Table): Numbers['byline'] {
  const scores = (instrument: InstrumentName, span: Span): readonly number[][][] =>
    ORDERS.map((order) => AUTHORS.map((byline) => table.at(bindingId(order, byline), instrument, span)));
  const of = (instrument: InstrumentName): Readonly<Record<Span, readonly number[]>> =>
    bySpan((span) => halfAcross(scores(instrument, span)));
  // Kind came last where cruel came first.
  const recency = bySpan((span) => {
    const [kindFirst = [], cruelFirst = []] = scores('author', span);
    return (kindFirst[0] ?? []).map(
      (_, at) =>
        ((cruelFirst[0]?.[at] ?? NaN) +
          (cruelFirst[1]?.[at] ?? NaN) -
          (kindFirst[0]?.[at] ?? NaN) -
          (kindFirst[1]?.[at] ?? NaN)) /
        4,
    );
  });
  return { author: of('author'), byline: of('byline'), recency };
}

/** Half of kind less cruel byline, averaged over the orders, scenario by scenario. */
function halfAcross(orders: readonly (readonly (readonly number[])[])[]): number[] {
  return (orders[0]?.[0] ?? []).map(
    (_, at) =>
      orders.reduce((sum, [kind, cruel]) => sum + ((kind?.[at] ?? NaN) - (cruel?.[at] ?? NaN)) / 2, 0) / orders.length,
  );
}

function ratiosOf(
  spec: AuthorsSpec,
  table: Table,
  {
    author,
    character,
    opening,
    speech,
    choice,
  }: Pick<Numbers, 'author' | 'character' | 'opening' | 'speech' | 'choice'>,
): Ratios {
  const rows = (instrument: InstrumentName) =>
    rowsOf((who, whom) => table.at(mainId(who, whom, strongest(spec)), instrument, 'after'));
  const [authorRows, characterRows] = [rows('author'), rows('character')];
  const [persistence, leakage, leakageOverPersistence, bySize, byClarity, choices, sharedPersistence, sharedLeakage] =
    clusterStatistics(
      table.n,
      (pick) => {
        const [told, spoken] = [meanAt(author.after.author, pick), meanAt(character.after.character, pick)];
        const kept = told / meanAt(opening, pick);
        const leaked = spoken / meanAt(speech, pick);
        const clear = clarity(picked(authorRows, pick), picked(characterRows, pick));
        return [
          kept,
          leaked,
          leaked - kept,
          dominance(told, spoken),
          clear,
          meanAt(choice.author, pick) - meanAt(choice.character, pick),
          told / meanAt(author.before.author, pick),
          spoken / meanAt(character.quote.character, pick),
        ];
      },
      spec.draws,
      spec.seed,
    ) as [Estimate, Estimate, Estimate, Estimate, Estimate, Estimate, Estimate, Estimate];
  return {
    persistence,
    leakage,
    leakageOverPersistence,
    dominance: bySize,
    clarity: byClarity,
    choice: choices,
    sharedPersistence,
    sharedLeakage,
  };
}

function picked(rows: readonly Row[], pick: Int32Array): Row[] {
  return [...pick].flatMap((at) => rows.slice(at, at + 1));
}

/** Whether a reading tells who signs: both bylines of a context, about that context's own mean. */
function decodability(spec: AuthorsSpec, table: Table, span: Span): Estimate {
  const halves = ORDERS.flatMap((order) => {
    const [kind = [], cruel = []] = AUTHORS.map((byline) => table.at(bindingId(order, byline), 'byline', span));
    return kind.map((value, scenario) => ({ scenario, half: (value - (cruel[scenario] ?? NaN)) / 2 }));
  });
  const both = [1, -1].flatMap((label) =>
    halves.map(({ scenario, half }) => ({ scenario, label, score: label * half })),
  );
  return clusterAuroc(
    both.map(({ score }) => score),
    both.map(({ label }) => label),
    both.map(({ scenario }) => scenario),
    spec.draws,
    spec.seed,
  );
}

function bySpan<T>(of: (span: Span) => T): Readonly<Record<Span, T>> {
  return { before: of('before'), quote: of('quote'), after: of('after') };
}
