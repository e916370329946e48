/** The rule of an `evidence` experiment: that of `mixture`, with a bound on α, and steering held against random directions. */
import { plain } from '../../probe/claims/claim-words.ts';
import type { Contrast, ExperimentVerdict, Gate } from '../experiment-types.ts';
import { whereOf } from '../mixture/additivity.ts';
import type { Numbers, Rivalry } from '../mixture/numbers.ts';
import { mostSentences } from '../mixture/spec.ts';
import { type Ruling, sized, tested, told, verbOf } from '../mixture/verdict.ts';
import { briefly, gateNeeded, gateWords } from '../verdict-words.ts';
import type { EvidenceSpec } from './spec.ts';

/** The id of the contrast with random directions. */
export const BEYOND = 'beyond-random';

/** The verdict. `contrasts` hold that of {@link BEYOND} where it was measured. */
export function judge(
  spec: EvidenceSpec,
  gates: readonly Gate[],
  numbers: Numbers,
  contrasts: readonly Contrast[],
): Ruling {
  const { standardErrors: line, alphaMost } = spec.thresholds;
  const [recency, ...others] = numbers.rivalries as readonly [Rivalry, ...Rivalry[]];
  const failed = gates.filter(({ passed }) => !passed);
  const alpha = numbers.shapes[0]?.estimate ?? { value: NaN, low: null, high: null, n: 0 };
  const adds = alpha.high !== null && alpha.high < alphaMost;
  const above = others.filter((one) => one.above.errors <= -line);
  const off = contrasts.filter(
    (contrast) => contrast.id !== BEYOND && (contrast.reading === 'above' || contrast.reading === 'below'),
  );
  const beyond = contrasts.find(({ id }) => id === BEYOND);
  const excused = off.filter((contrast) => contrast.id === 'pushed-evidence' && !isBeyond(beyond));
  const against = off.filter((contrast) => !excused.includes(contrast));
  const verdict = ((): ExperimentVerdict => {
    if (failed.length > 0) return 'INCONCLUSIVE';
    if (recency.above.errors <= -line) return 'DENY';
    if (recency.above.errors < line) return 'INCONCLUSIVE';
    return adds && above.length === 0 && against.length === 0 ? 'CONFIRM' : 'PARTIAL';
  })();
  const verb = (one: Rivalry): string => verbOf(one, line);
  const most = mostSentences(spec);
  return {
    verdict,
    because: [
      ...failed.map((gate) => `A gate fails: ${gateWords(gate)}.`),
      `Evidence that adds up ${verb(recency)} ${told(recency)}.`,
      `${adds ? 'Sentences add up' : 'Sentences are not shown to add up'}: α is ${briefly(alpha)}, and the rule asks for less than ${plain(alphaMost)}.`,
      `At α = 0 every sentence counts in full, at 1 their mean does; so ${most} that say the same count as ${(most ** (1 - alpha.value)).toFixed(1)} of one.`,
      ...off.map((contrast) => `A sentence counts ${sized(contrast.estimate)} ${whereOf(contrast.id)}.`),
      ...(beyond === undefined
        ? ['Random directions were not measured, so nothing is said of steering beyond them.']
        : [
            `Beyond random directions of one KL steering along the axis changes that by ${briefly(beyond.estimate, { signed: true })} of γ (p ${shown(beyond.p)}, after Holm ${shown(beyond.pHolm)}).`,
          ]),
      ...others.map(
        (one) =>
          `Evidence that adds up ${verb(one)} ${told(one)}${tested(contrasts.find(({ id }) => id === `over-${one.rival.id}`))}.`,
      ),
      ...(failed.length === 0 ? ['All gates pass.'] : []),
    ].join(' '),
    wouldChange: [
      ...failed.map(gateNeeded),
      ...(adds ? [] : [`CONFIRM needs α below ${plain(alphaMost)} by its whole interval; it is ${briefly(alpha)}.`]),
      ...against.map(
        (contrast) =>
          `CONFIRM needs that a sentence counts within ±${plain(spec.thresholds.rope)} of γ as much ${whereOf(contrast.id)}${contrast.id === 'pushed-evidence' ? ', or that random directions do the same' : ''}; it counts ${sized(contrast.estimate)}.`,
      ),
      ...above.map((one) => `CONFIRM needs that ${one.rival.name} does not beat it by ${plain(line)} SE.`),
      ...(verdict === 'CONFIRM'
        ? [
            `PARTIAL would be found with α above ${plain(alphaMost)}, a rival ahead, or an interaction wholly outside ±${plain(spec.thresholds.rope)} γ.`,
          ]
        : []),
      ...(verdict === 'DENY'
        ? []
        : [`DENY needs the last sentence alone at least ${plain(line)} SE above evidence that adds up.`]),
    ],
  };
}

/** Whether steering along the axis does more to evidence than random directions do. */
function isBeyond(beyond: Contrast | undefined): boolean {
  if (beyond === undefined) return false;
  const { low, high } = beyond.estimate;
  return low !== null && high !== null && (low > 0 || high < 0);
}

function shown(p: number | null): string {
  return p === null ? 'none' : p.toPrecision(2);
}
