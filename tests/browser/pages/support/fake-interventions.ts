/** What the engine without a model says about interventions: made-up reports of the right shape, the same for the same question. */
import type { DoseLevel, DoseReport, DoseSeries, MatchedStrength } from '../../../../src/steering/dose-types.ts';
import type { Estimate } from '../../../../src/stats/estimate.ts';
import { sha256Hex } from '../../../../src/state/storage/sha256.ts';
import type { CallArgs, DoseArgs } from '../../../../src/worker/protocol.ts';

const estimate = (value: number, half: number, n = 30): Estimate => ({
  value,
  low: value - half,
  high: value + half,
  n,
});

/** KL grows as the square of the strength, and is 1 nat at 0.26. */
export function madeUpMatches({ targets }: Pick<CallArgs<'matchSteering'>, 'targets'>): readonly MatchedStrength[] {
  return targets.map((target) => ({
    target,
    strength: 0.26 * Math.sqrt(target),
    kl: target * 1.01,
    meanKl: target * 0.33,
    perplexity: 21 + 5 * target,
    batches: 4,
  }));
}

function levels(targets: readonly number[], slope: number): readonly DoseLevel[] {
  return madeUpMatches({ targets }).map((match) => {
    const effect = slope * Math.sqrt(match.target);
    return {
      ...match,
      towards: estimate(effect + 0.2, 0.9),
      away: estimate(0.2 - effect, 0.9),
      effect: estimate(effect, 0.8),
      right: estimate(slope > 2 ? 0.9 : 0.5, 0.08),
    };
  });
}

/** A direction that moves the choices more than its placebos do. */
export async function madeUpDose({
  probe,
  settings,
  targets,
  placeboTargets,
  control,
  seed,
}: DoseArgs): Promise<DoseReport> {
  const { id, title, axis } = JSON.parse(probe.json) as { id: string; title: string; axis: DoseReport['axis'] };
  const placebos: readonly DoseSeries[] =
    placeboTargets.length === 0
      ? []
      : [
          ...[0.4, -1.1, 2.3, 0.2, -0.6, 1.3, -1.9, 0.1, 0.9, -0.4].map((slope, index) => ({
            kind: 'flipped' as const,
            title: `poles flipped ${index + 1}`,
            levels: levels(placeboTargets, slope),
          })),
          ...[0.2, -0.3, 0.1].map((slope, index) => ({
            kind: 'isotropic' as const,
            title: `isotropic ${index + 1}`,
            levels: levels(placeboTargets, slope),
          })),
          { kind: 'unrelated', title: 'Formal–casual', levels: levels(placeboTargets, 0.7) },
        ];
  return {
    probe: {
      id,
      title,
      sha256: await sha256Hex([new TextEncoder().encode(probe.json), new Uint8Array(probe.tensors)]),
    },
    model: { id: 'smollm2-135m-instruct-q4', weightsSha256: 'c3'.repeat(32) },
    axis,
    mode: settings.mode,
    from: settings.from,
    to: settings.to,
    where: settings.where,
    neutral: { texts: 12, tokens: 468, perplexity: 21 },
    choices: { name: 'kind-cruel-choices', sha256: 'ef'.repeat(32), pairs: 30, unpushed: estimate(0.7, 1.1) },
    direction: { kind: 'direction', title, levels: levels(targets, 5.6) },
    control: control && {
      choices: { name: 'luck-choices', sha256: '01'.repeat(32), pairs: 30, unpushed: estimate(0.3, 0.8) },
      levels: levels(targets, 1.4).map(({ target, effect, right }) => ({ target, effect, right })),
    },
    placebos,
    ranks: placeboTargets.map((target) => ({
      target,
      largest: 2.3 * Math.sqrt(target),
      largestTitle: 'poles flipped 3',
      placebos: 13,
      atLeast: 0,
      p: 1 / 14,
    })),
    seed,
    version: '0.2.0',
  };
}
