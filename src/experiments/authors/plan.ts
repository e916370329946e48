/** How an authors experiment is cut into units, and what they cost. A unit is one scenario in one template. */
import type { RunSize } from '../experiment-types.ts';
import type { Cost, UnitPlan } from '../design.ts';
import { longestOf, type Reach } from '../reach.ts';
import { bindingCells, type CellText, controlCells, CONTROLS, mainCells, type Place, wholeText } from './cells.ts';
import { type AuthorsSpec, strongest } from './spec.ts';

/** A unit with what it asks. */
export interface AuthorsUnit extends Place {
  readonly id: string;
  readonly size: RunSize;
}

/** The units of a size, scenario by scenario. Those of a quick run read less, and so have ids of their own. */
export function unitsOf(spec: AuthorsSpec, size: RunSize): AuthorsUnit[] {
  const quick = size === 'quick';
  const templates = quick ? spec.templates.slice(0, spec.quick.templates) : spec.templates;
  const scenarios = quick ? spec.scenarios.slice(0, spec.quick.scenarios) : spec.scenarios;
  return scenarios.flatMap((scenario, at) =>
    templates.map((template, templateAt) => ({
      id: `${scenario.id}-${template.id}${quick ? '-quick' : ''}`,
      size,
      scenario,
      template,
      at,
      templateAt,
    })),
  );
}

/** The strengths that a size reads. */
export function strengthsOf(spec: AuthorsSpec, size: RunSize): readonly number[] {
  return size === 'quick'
    ? spec.strengths.filter((strength, at) => at === 0 || strength === strongest(spec))
    : spec.strengths;
}

/** The cells of a unit in the order in which they are read: what begins alike stands together. */
export function cellsOf(
  spec: AuthorsSpec,
  unit: AuthorsUnit,
): { readonly main: readonly CellText[]; readonly beside: readonly CellText[] } {
  return {
    main: strengthsOf(spec, unit.size).flatMap((strength) => mainCells(spec, unit, strength)),
    beside: [...CONTROLS.flatMap((control) => controlCells(spec, unit, control)), ...bindingCells(spec, unit)],
  };
}

/** The cells after which a choice is asked: the design proper at the greatest strength, and in a full run both authors in one context. */
export function choiceCells(spec: AuthorsSpec, unit: AuthorsUnit): CellText[] {
  return [...mainCells(spec, unit, strongest(spec)), ...(unit.size === 'full' ? bindingCells(spec, unit) : [])];
}

/** The fit scenarios where they stand, in one template each, turn by turn. */
export function fitPlaces(spec: AuthorsSpec): Place[] {
  return spec.fit.flatMap((scenario, at) => {
    const templateAt = at % spec.templates.length;
    const template = spec.templates[templateAt];
    return template === undefined ? [] : [{ scenario, template, at, templateAt }];
  });
}

/** The cells of a fit scenario. */
export function fitCells(
  spec: AuthorsSpec,
  place: Place,
): { readonly main: readonly CellText[]; readonly binding: readonly CellText[] } {
  return { main: mainCells(spec, place, strongest(spec)), binding: bindingCells(spec, place) };
}

/** The plan of a unit with its cost. */
export function planOf(spec: AuthorsSpec, unit: AuthorsUnit): UnitPlan {
  const { main, beside } = cellsOf(spec, unit);
  const read = tokensOf([...main, ...beside].map(({ segments }) => segments));
  const choices = tokensOf(
    choiceCells(spec, unit).flatMap((cell) =>
      spec.continuations.flatMap(({ kind, cruel }) => [kind, cruel].map((text) => [...cell.segments, text])),
    ),
  );
  return { id: unit.id, cost: { read: read + choices, written: 0 } };
}

/** The longest text is a cell with a continuation behind it; nothing is written or steered. */
export function reachOf(spec: AuthorsSpec, size: RunSize): Reach {
  const texts = [
    ...unitsOf(spec, size).flatMap((unit) => Object.values(cellsOf(spec, unit)).flat()),
    ...fitPlaces(spec).flatMap((place) => Object.values(fitCells(spec, place)).flat()),
  ].map(wholeText);
  const end = longestOf(spec.continuations.flatMap(({ kind, cruel }) => [kind, cruel]));
  return { longest: `${longestOf(texts)} ${end}`, written: null, steers: false };
}

/** What fitting the instruments reads. */
export function preparationCost(spec: AuthorsSpec): Cost {
  const read = fitPlaces(spec).map((place) => {
    const { main, binding } = fitCells(spec, place);
    return tokensOf([...main, ...binding].map(({ segments }) => segments));
  });
  return { read: read.reduce((sum, tokens) => sum + tokens, 0), written: 0 };
}

/** Tokens of texts in segments, counted as characters / 4; what several begin with counts once. */
function tokensOf(texts: readonly (readonly string[])[]): number {
  const seen = new Set<string>();
  let characters = 0;
  for (const text of texts) {
    let before = '';
    for (const segment of text) {
      before += ` ${segment}`;
      if (!seen.has(before)) characters += segment.length + 1;
      seen.add(before);
    }
  }
  return Math.ceil(characters / 4);
}

/** A cell's question: its whole text, then every continuation, kind and cruel in turn. */
export function questionOf(
  spec: AuthorsSpec,
  cell: CellText,
): { readonly context: string; readonly continuations: readonly string[] } {
  return { context: wholeText(cell), continuations: spec.continuations.flatMap(({ kind, cruel }) => [kind, cruel]) };
}
