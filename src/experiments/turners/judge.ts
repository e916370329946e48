/** The rule of the spec, applied to the gate and the contrasts. */
import type { ExperimentVerdict, Gate } from '../experiment-types.ts';
import { briefly, gateWords } from '../verdict-words.ts';
import type { Planned } from './contrasts.ts';
import type { TurnersSpec } from './spec.ts';

/** The verdict and why. */
export function judge(
  gate: Gate,
  { turners, beyond }: Planned,
  { rope }: TurnersSpec['thresholds'],
): { readonly verdict: ExperimentVerdict; readonly because: string } {
  const found = `After an author whose people turn, a beginning sways the next act by ${briefly(turners.estimate, { signed: true })} nats more than after one whose people stay (${turners.estimate.n} people). Beyond the same sentences with names dealt anew it is ${briefly(beyond.estimate, { signed: true })}.`;
  if (!gate.passed)
    return { verdict: 'INCONCLUSIVE', because: `A gate fails: ${gateWords(gate)}. So nothing is concluded. ${found}` };
  const { low, high } = turners.estimate;
  if (high !== null && high < -rope)
    return beyond.estimate.high !== null && beyond.estimate.high < 0
      ? { verdict: 'CONFIRM', because: `It expects the new person to turn, as those of this author did. ${found}` }
      : {
          verdict: 'PARTIAL',
          because: `A beginning counts for less after turners, but the order of light and dark sentences may be why. ${found}`,
        };
  if (low !== null && low > -rope)
    return { verdict: 'DENY', because: `Whose people turned makes no difference that counts. ${found}` };
  return { verdict: 'INCONCLUSIVE', because: `The interval allows both. ${found}` };
}
