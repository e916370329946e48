/** Log odds of answers in two versions after contexts that a spec plans: how they are written in a unit, and read back. Pure. */
import { significantAll } from '../base/round.ts';
import { field, list, number } from '../json/json-path.ts';
import { exactly } from '../json/json-values.ts';
import { mean } from '../stats/stats.ts';
import type { Cost, JsonObject } from './design.ts';
import type { RunSize } from './experiment-types.ts';
import type { Likelihood } from './subject.ts';
import { plannedText, unitRoot } from './unit-json.ts';

/** Log odds, light less dark, in nats, of every test after every context, by the context's id. */
export type ContextOdds = ReadonlyMap<string, readonly number[]>;

/** Log odds of two versions that were asked for one after the other; NaN where one was not. */
export function oddsOf([light, dark]: readonly (Likelihood | undefined)[]): number {
  return (light?.logP ?? NaN) - (dark?.logP ?? NaN);
}

/** The mean log odds over the tests after one context; NaN where it was not read. */
export function oddsAfter(odds: ContextOdds, id: string): number {
  return mean(odds.get(id) ?? []);
}

/** The data of a unit: by context, the log odds of every test. */
export function oddsToJson(
  contexts: readonly { readonly id: string }[],
  oddsAfter: (context: number) => readonly number[],
): JsonObject {
  return significantAll({
    contexts: contexts.map(({ id }, c) => ({ id, odds: oddsAfter(c) })),
  }) as unknown as JsonObject;
}

/** What the unit `path` holds, held against the contexts that are planned for it. Throws `unit-invalid` with the path. */
export function oddsFromJson(
  json: JsonObject,
  path: string,
  planned: readonly { readonly id: string }[],
  tests: number,
): ContextOdds {
  const root = unitRoot(json, path);
  const nodes = list(field(root, 'contexts'), planned.length, planned.length);
  return new Map(
    planned.map(({ id }, i) => {
      const node = nodes[i] ?? root;
      return [plannedText(node, 'id', id), exactly(field(node, 'odds'), tests, number)];
    }),
  );
}

/** Nothing but the size is prepared, so that quick and full units never mix. */
export async function prepareSize(_spec: unknown, size: RunSize): Promise<JsonObject> {
  return { size };
}

/** What preparing no more than the size costs. */
export const NOTHING_PREPARED: Cost = { read: 0, written: 0 };

/** The size that was prepared. */
export function preparedSize(prepared: JsonObject): RunSize | null {
  const { size } = prepared;
  return size === 'quick' || size === 'full' ? size : null;
}
