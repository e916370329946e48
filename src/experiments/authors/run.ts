/** Measures one unit: what the instruments read on every span of every cell, and which way of going on the model prefers. */
import { throwIfStopped } from '../../base/abort.ts';
import { AppError } from '../../base/errors.ts';
import { mean } from '../../stats/stats.ts';
import { significant } from '../../base/round.ts';
import type { JsonObject, UnitCall, UnitPlan } from '../design.ts';
import { scoreAt } from '../gauge.ts';
import type { Likelihood, Subject } from '../subject.ts';
import { bindingCells } from './cells.ts';
import { cellsOf, choiceCells, questionOf, unitsOf } from './plan.ts';
import { type InstrumentName, instrumentsOf } from './prepare.ts';
import { readSpans, type SpanMeans } from './read.ts';
import { type AuthorsSpec, ruledLayer, SPANS } from './spec.ts';

/** Digits of a number in a units file; readings of a model repeat to fewer. */
const DIGITS = 4;

/**
 * `cells`: by cell, instrument and span the scores, of all layers for author and character in the design proper, of
 * {@link nearLayers} for the rest;
 * `odds`: by cell the mean over continuations of log p(kind) − log p(cruel), each a token, in nats.
 */
export async function runUnit(
  spec: AuthorsSpec,
  plan: UnitPlan,
  prepared: JsonObject,
  subject: Subject,
  call: UnitCall,
): Promise<JsonObject> {
  const unit = [...unitsOf(spec, 'full'), ...unitsOf(spec, 'quick')].find(({ id }) => id === plan.id);
  if (unit === undefined)
    throw new AppError(
      'unit-invalid',
      `There is no unit ${plan.id} in this experiment. Take the units from its own spec.`,
      { unit: plan.id },
    );
  const instruments = instrumentsOf(prepared);
  const { main, beside } = cellsOf(spec, unit);
  const means = await readSpans(subject, [...main, ...beside], call.signal);
  call.onShare?.(0.6);
  throwIfStopped(call.signal);

  const near = nearLayers(spec, subject.model.layerCount);
  const bound = new Set(bindingCells(spec, unit).map(({ id }) => id));
  const scores = (id: string, names: readonly InstrumentName[], layers: readonly number[] | null): JsonObject =>
    Object.fromEntries(
      names.map((name) => [
        name,
        Object.fromEntries(
          SPANS.map((span) => {
            const all = [...scoreAt(instruments[name], meanOf(means, id, span))];
            return [span, (layers === null ? all : layers.map((layer) => all[layer] ?? NaN)).map(kept)];
          }),
        ),
      ]),
    );
  const cells = Object.fromEntries([
    ...main.map(
      ({ id }) =>
        [id, { ...scores(id, ['author', 'character'], null), ...scores(id, ['opening', 'speech'], near) }] as const,
    ),
    ...beside.map(
      ({ id }) => [id, scores(id, bound.has(id) ? ['author', 'byline'] : ['author', 'character'], near)] as const,
    ),
  ]);

  const asked = choiceCells(spec, unit);
  const answers = await subject.likelihoods(
    asked.map((cell) => questionOf(spec, cell)),
    null,
    call.signal,
  );
  const odds = Object.fromEntries(asked.map(({ id }, at) => [id, kept(logOdds(answers[at] ?? []))]));
  call.onShare?.(1);
  return { cells, odds };
}

/** The layer that the rule reads and one on either side, where there is one. */
export function nearLayers(spec: AuthorsSpec, layerCount: number): number[] {
  const layer = ruledLayer(spec, layerCount);
  return [layer - 1, layer, layer + 1].filter((at) => at >= 0 && at <= layerCount);
}

/** Λ: kind less cruel, each by its number of tokens, averaged over the pairs. */
function logOdds(answers: readonly Likelihood[]): number {
  const perToken = answers.map(({ logP, tokens }) => logP / tokens);
  return mean(perToken.flatMap((kind, at) => (at % 2 === 0 ? [kind - (perToken[at + 1] ?? NaN)] : [])));
}

function meanOf(means: ReadonlyMap<string, SpanMeans>, id: string, span: keyof SpanMeans): Float32Array {
  return means.get(id)?.[span] ?? new Float32Array(0);
}

/** As many digits as are kept; −0, which JSON does not know, becomes 0. */
function kept(value: number): number {
  return significant(value, DIGITS) + 0;
}
