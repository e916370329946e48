/** Texts written along directions that mean nothing, under the same condition: what any steering of this size does to what is read. */
import type { Probe } from '../../probe/probe-types.ts';
import type { Pole } from '../../probe/heads.ts';
import type { Push } from '../../steering/steering.ts';
import type { SteeringDirection } from '../../steering/make-steering.ts';
import { placebosFor } from '../../steering/placebos.ts';
import { summariseWritten, type SteeringSide, type WrittenSummary, type WrittenText } from '../../steering/written.ts';
import type { Estimate } from '../../stats/estimate.ts';
import type { Options } from '../command.ts';

/** A direction of each part that stands in for its own. */
export interface PlaceboSet {
  readonly title: string;
  readonly directions: readonly SteeringDirection[];
}

/** What was written along one of them. */
export interface PlaceboTexts {
  readonly title: string;
  readonly strength: number;
  readonly summary: WrittenSummary;
}

/** So many stand-ins for these probes' directions: poles swapped by topic where a probe has those, then random ones. Throws `usage`. */
export function placeboSets(options: Options, probes: readonly Probe[], seed: number): readonly PlaceboSet[] {
  const each = probes.map((probe, index) => placebosFor(probe, null, (seed + index) % 2 ** 32));
  const most = Math.min(...each.map(({ length }) => length));
  const count = options.number('placebos', 0, { min: 1, max: most, whole: true });
  return Array.from({ length: count }, (_, index) => {
    const directions = each.flatMap((some) => some[index] ?? []);
    return {
      title: directions.map(({ title }, part) => `${probes[part]?.title ?? ''}: ${title}`).join(' and '),
      directions,
    };
  });
}

/** What is compared: both poles apart where both were written, else the one pole from the text without steering. */
function effectOf({ apart, towards, away }: WrittenSummary): Estimate | null {
  return apart ?? towards ?? away;
}

/** Where the effect lies among those of the placebos; null where there is nothing to compare. */
export function rankAmong(
  summary: WrittenSummary,
  placebos: readonly PlaceboTexts[],
): { readonly placebos: number; readonly atLeast: number; readonly p: number } | null {
  const own = effectOf(summary);
  const others = placebos.flatMap((placebo) => effectOf(placebo.summary) ?? []);
  if (own === null || others.length === 0) return null;
  const atLeast = others.filter(({ value }) => Math.abs(value) >= Math.abs(own.value)).length;
  return { placebos: others.length, atLeast, p: (1 + atLeast) / (1 + others.length) };
}

/** Writes along one set of stand-ins; `unpushed` are the texts without steering, which are the same for all. */
export async function writePlacebo(
  { title, directions }: PlaceboSet,
  poles: readonly Pole[],
  {
    strength,
    pushAt,
    write,
    unpushed,
    seed,
  }: {
    readonly strength: number;
    readonly pushAt: (directions: readonly SteeringDirection[], pole: Pole, strength: number) => Push;
    readonly write: (pushes: ReadonlyMap<SteeringSide, Push>, title: string) => Promise<readonly WrittenText[]>;
    readonly unpushed: readonly WrittenText[];
    readonly seed: number;
  },
): Promise<PlaceboTexts> {
  const pushes = new Map<SteeringSide, Push>(poles.map((pole) => [pole, pushAt(directions, pole, strength)]));
  const texts = await write(pushes, title);
  return { title, strength, summary: summariseWritten([...unpushed, ...texts], seed) };
}
