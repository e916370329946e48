/**
 * What a model is asked: how likely acts are in neutral contexts and what opposites are called (once), then, axis by
 * axis, acts after contexts and readings at control texts.
 */
import { AppError } from '../../base/errors.ts';
import type { RunSize } from '../experiment-types.ts';
import type { Cost, JsonObject, PrepareCall, UnitCall, UnitPlan } from '../design.ts';
import { longestOf, type Reach } from '../reach.ts';
import type { Likelihood, Question, Subject } from '../subject.ts';
import { actBits, bitsOf, UNKNOWN } from './act-bits.ts';
import { agreementOf, answerTokens, questionAbout } from './agreement.ts';
import {
  type ActPool,
  contextsOf,
  type Extent,
  extentOf,
  type ItemActs,
  matchingContexts,
  type PlannedContext,
  questionsOf,
  type UsedAxis,
} from './contexts.ts';
import { geometryOf, layersOf, passagesOf, unitPassages, unitsFrom } from './geometry.ts';
import { axisDataToJson, type ContextBits, preparedFromJson, preparedToJson } from './stored-axis.ts';
import { type ActPrior, actsOf, hasUnrelated, matchActs, type Priors, unrelatedAxisOf } from './match.ts';
import { steeringDirections, INTERVENTIONS } from './steering-directions.ts';
import { comparedPassage, judgedContext, matchCost, runInterventions } from './interventions.ts';
import type { OppositesSpec } from './spec.ts';

/** Characters a token, for estimates. */
const CHARACTERS = 4;

/** The units of a size: one an axis, ordered by id. */
export function unitsOf(spec: OppositesSpec, size: RunSize): UnitPlan[] {
  const extent = extentOf(spec, size);
  return extent.axes
    .map((used) => ({ id: used.unit, cost: costOf(spec, used, extent) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function costOf(spec: OppositesSpec, used: UsedAxis, extent: Extent): Cost {
  // Unrelated acts are not chosen yet; they are as long as the opposite's.
  const acts = used.axis.oppositeActs.map((opposite, i): ItemActs => ({
    opposite,
    unrelated: opposite,
    own: used.axis.acts[i] ?? '',
  }));
  const contexts = contextsOf(spec, used, extent);
  const length = (some: readonly PlannedContext[]): number =>
    some.reduce(
      (sum, context) =>
        sum +
        context.text.length +
        questionsOf(spec, [context], acts).reduce(
          (all, question) => all + questionLength(question) - context.text.length,
          0,
        ),
      0,
    );
  const passages = [...passagesOf(spec, used), ...(extent.steered ? [comparedPassage(spec, used.axis)] : [])];
  const read = passages.reduce(
    (sum, { text, readoutTexts }) =>
      sum +
      (text as readonly string[]).reduce((all, segment) => all + segment.length + readoutTexts.join(' ').length, 0),
    0,
  );
  const steered = extent.steered ? INTERVENTIONS.length * length([judgedContext(spec, contexts)]) : 0;
  return {
    read: Math.ceil((length(contexts) + read + steered) / CHARACTERS) + (extent.steered ? matchCost(spec) : 0),
    written: 0,
  };
}

/** The longest text is a context with an act behind it; a full run steers. */
export function reachOf(spec: OppositesSpec, size: RunSize): Reach {
  const extent = extentOf(spec, size);
  const contexts = longestOf(extent.axes.flatMap((used) => contextsOf(spec, used, extent).map(({ text }) => text)));
  const acts = longestOf(spec.axes.flatMap(({ acts: own, oppositeActs }) => [...own, ...oppositeActs]));
  return {
    longest: [contexts, longestOf(spec.triggers), acts].join(' '),
    written: null,
    steers: extent.steered,
  };
}

/** What {@link prepareAxes} reads. */
export function preparationCost(spec: OppositesSpec, size: RunSize): Cost {
  const { axes, pool } = extentOf(spec, size);
  const contexts = matchingContexts(spec);
  const acts = pool.axes.reduce(
    (sum, { axis }) =>
      sum + [...axis.acts.slice(0, pool.items), ...axis.oppositeActs.slice(0, pool.items)].join(' ').length,
    0,
  );
  const questions = axes.reduce(
    (sum, { axis }) => sum + spec.questions.reduce((all, question) => all + questionAbout(question, axis.x).length, 0),
    0,
  );
  const read =
    contexts.join('').length +
    contexts.length * acts +
    questions +
    spec.neutral.reduce((sum, text) => sum + text.length + spec.taps.join(' ').length, 0);
  return { read: Math.ceil(read / CHARACTERS), written: 0 };
}

/** Priors and matches, agreement on opposites, and the standard units of the stream. */
export async function prepareAxes(
  spec: OppositesSpec,
  size: RunSize,
  subject: Subject,
  { signal }: PrepareCall,
): Promise<JsonObject> {
  const extent = extentOf(spec, size);
  const alone = extent.axes.find(
    ({ axis }) =>
      !hasUnrelated(
        spec,
        extent.pool.axes.map((used) => used.axis),
        axis,
      ),
  );
  if (alone !== undefined)
    throw new AppError(
      'spec-invalid',
      `Axis "${alone.axis.id}" has no unrelated axis on its side of moral or not, so nothing can stand beside its opposite. Add an axis or shorten "related".`,
      { axis: alone.axis.id },
    );
  const priors = await priorsOf(spec, extent.pool, subject, signal);
  const matches = matchActs(spec, extent, priors);
  const tokens = answerTokens(spec, subject);
  const ends = await subject.ends(
    extent.axes.flatMap(({ axis }) => spec.questions.map((question) => questionAbout(question, axis.x))),
    { classes: [], tokens, streams: false },
    null,
    signal,
  );
  const { hidden, layerCount } = subject.model;
  const layers = layersOf(spec, layerCount);
  const units = unitsFrom(await subject.read(unitPassages(spec), signal), layers, hidden);
  const questions = spec.questions.length;
  return preparedToJson({
    size,
    layers,
    hidden,
    units,
    answers: tokens.length,
    axes: extent.axes.map(({ axis }, a) => ({
      id: axis.id,
      agreement:
        tokens.length > 1 ? agreementOf(ends.slice(a * questions, (a + 1) * questions).map((end) => end.tokens)) : null,
      matches: matches[axis.id] ?? [],
    })),
  });
}

async function priorsOf(
  spec: OppositesSpec,
  { axes, items }: ActPool,
  subject: Subject,
  signal: AbortSignal | undefined,
): Promise<Priors> {
  const lists = ['acts', 'oppositeActs'] as const;
  const continuations = axes.flatMap(({ axis }) => lists.flatMap((list) => axis[list].slice(0, items)));
  const answers = await subject.likelihoods(
    matchingContexts(spec).map((context) => ({ context, continuations })),
    null,
    signal,
  );
  const prior = (at: number): ActPrior => {
    const found = answers.map((answer) => answer[at] ?? UNKNOWN);
    return {
      bits: found.reduce((sum, likelihood) => sum + bitsOf(likelihood), 0) / found.length,
      tokens: found[0]?.tokens ?? NaN,
    };
  };
  return Object.fromEntries(
    axes.map(({ axis }, a) => [
      axis.id,
      {
        acts: axis.acts.slice(0, items).map((_, i) => prior(2 * a * items + i)),
        oppositeActs: axis.oppositeActs.slice(0, items).map((_, i) => prior((2 * a + 1) * items + i)),
      },
    ]),
  );
}

/** Everything that is measured of one axis. Throws `unit-invalid` where it was not prepared. */
export async function runAxis(
  spec: OppositesSpec,
  { id }: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  { signal, onShare }: UnitCall,
): Promise<JsonObject> {
  const kept = preparedFromJson(prepared);
  const mine = extentOf(spec, 'full').axes.find(({ unit }) => unit === id);
  const matches = kept.axes.find((axis) => axis.id === mine?.axis.id)?.matches;
  if (mine === undefined || matches === undefined)
    throw new AppError('unit-invalid', `Unit "${id}" is no axis that was prepared. Prepare this spec and size again.`, {
      unit: id,
    });
  const extent = extentOf(spec, kept.size);
  const acts = actsOf(spec, mine.axis, matches);
  const contexts = contextsOf(spec, mine, extent);
  const answers = await subject.likelihoods(questionsOf(spec, contexts, acts), null, signal);
  onShare?.(extent.steered ? 0.4 : 0.8);
  const compared = extent.steered ? unrelatedAxisOf(spec, mine.axis, matches) : undefined;
  const own = passagesOf(spec, mine);
  const readings = await subject.read(
    [...own, ...(compared === undefined ? [] : [comparedPassage(spec, compared)])],
    signal,
  );
  onShare?.(extent.steered ? 0.5 : 1);
  const stream = kept.layers[Math.floor(kept.layers.length / 2)] ?? 0;
  const interventions = extent.steered
    ? await runInterventions(
        spec,
        questionsOf(spec, [judgedContext(spec, contexts)], acts),
        steeringDirections(readings, readings[own.length], stream, kept.hidden, spec.seed + mine.at),
        subject,
        { stream, signal, onShare: (share) => onShare?.(0.5 + 0.5 * share) },
      )
    : [];
  return axisDataToJson({
    tokens: tokensOf(answers.slice(0, extent.items)),
    contexts: bitsByContext(contexts, answers),
    geometry: geometryOf(readings, kept.units, kept.layers, kept.hidden),
    pushes: interventions,
  });
}

function tokensOf(answers: readonly (readonly Likelihood[])[]): {
  opposite: number[];
  unrelated: number[];
  own: number[];
} {
  const [opposite, unrelated, own] = [0, 1, 2].map((c) => answers.map((answer) => answer[c]?.tokens ?? NaN));
  return { opposite: opposite ?? [], unrelated: unrelated ?? [], own: own ?? [] };
}

function bitsByContext(
  contexts: readonly PlannedContext[],
  answers: readonly (readonly Likelihood[])[],
): ContextBits[] {
  let from = 0;
  return contexts.map(({ key, items }) => {
    const mine = answers.slice(from, from + items.length);
    from += items.length;
    return { key, items, ...actBits(mine) };
  });
}

function questionLength({ context, continuations }: Question): number {
  return context.length + continuations.reduce((sum, continuation) => sum + continuation.length + 1, 0);
}
