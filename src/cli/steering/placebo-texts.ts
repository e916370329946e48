/** Texts written along directions that mean nothing, under the same condition: what any steering of this size does to what is read. */
import type { Probe } from '../../probe/probe-types.ts';
import type { Pole } from '../../probe/heads.ts';
import type { Intervention } from '../../steering/steering.ts';
import type { SteeringDirection } from '../../steering/make-steering.ts';
import { type PlaceboRank, type PlaceboSet, placeboSets, rankAmong } from '../../steering/placebos.ts';
import { summariseWritten, type SteeringSide, type WrittenSummary, type WrittenText } from '../../steering/written.ts';
import type { Estimate } from '../../stats/estimate.ts';
import type { Options } from '../command.ts';

/** What was written along one of them. */
export interface PlaceboTexts {
  readonly title: string;
  readonly strength: number;
  readonly summary: WrittenSummary;
}

/** The first stand-ins for these probes' directions, as many as were asked for. Throws `usage`. */
export function askedPlacebos(options: Options, probes: readonly Probe[], seed: number): readonly PlaceboSet[] {
  const sets = placeboSets(probes, seed);
  return sets.slice(0, options.number('placebos', 0, { min: 1, max: sets.length, whole: true }));
}

/** What is compared: both poles apart where both were written, else the one pole from the text without steering. */
function effectOf({ apart, towards, away }: WrittenSummary): Estimate | null {
  return apart ?? towards ?? away;
}

/** Where the effect lies among those of the placebos; null where there is nothing to compare. */
export function rankOf(summary: WrittenSummary, placebos: readonly PlaceboTexts[]): PlaceboRank | null {
  const own = effectOf(summary);
  return (
    own &&
    rankAmong(
      own.value,
      placebos.flatMap((placebo) => effectOf(placebo.summary)?.value ?? []),
    )
  );
}

/** Writes along one set of stand-ins; `unsteered` are the texts without steering, which are the same for all. */
export async function writePlacebo(
  { title, directions }: PlaceboSet,
  poles: readonly Pole[],
  {
    strength,
    interventionAt,
    write,
    unsteered,
    seed,
  }: {
    readonly strength: number;
    readonly interventionAt: (directions: readonly SteeringDirection[], pole: Pole, strength: number) => Intervention;
    readonly write: (
      interventions: ReadonlyMap<SteeringSide, Intervention>,
      title: string,
    ) => Promise<readonly WrittenText[]>;
    readonly unsteered: readonly WrittenText[];
    readonly seed: number;
  },
): Promise<PlaceboTexts> {
  const interventions = new Map<SteeringSide, Intervention>(
    poles.map((pole) => [pole, interventionAt(directions, pole, strength)]),
  );
  const texts = await write(interventions, title);
  return { title, strength, summary: summariseWritten([...unsteered, ...texts], seed) };
}
