/** The rule of the spec, applied to the gate of the moral axis and its contrasts. */
import type { ExperimentVerdict, Gate } from '../experiment-types.ts';
import { briefly, gateWords } from '../verdict-words.ts';
import type { Planned } from './contrasts.ts';
import type { MidpointSpec } from './spec.ts';

/** The verdict and why. */
export function judge(
  gate: Gate,
  { mixed, blocks, back }: Planned,
  { noAttractor, attractor, movedBack }: MidpointSpec['thresholds'],
): { readonly verdict: ExperimentVerdict; readonly because: string } {
  const found = `After equally many kind and cruel acts the log odds lie ${briefly(mixed.estimate)} of the way from all cruel to all kind, ${mixed.estimate.n} stories; in two blocks at ${briefly(blocks.estimate)}. Kind acts after cruel ones bring them back ${briefly(back.estimate)} of that way.`;
  if (!gate.passed)
    return {
      verdict: 'INCONCLUSIVE',
      because: `A gate fails: ${gateWords(gate)}. So nothing is concluded. ${found}`,
    };
  const above = (low: number | null, line: number): boolean => low !== null && low > line;
  const { low, high } = mixed.estimate;
  if (above(low, noAttractor) && above(blocks.estimate.low, noAttractor) && above(back.estimate.low, movedBack))
    return { verdict: 'CONFIRM', because: `It can flip back; no attractor is seen. ${found}` };
  if (high !== null && high < attractor)
    return { verdict: 'DENY', because: `Cruel acts hold it as an attractor would. ${found}` };
  if (above(low, attractor))
    return {
      verdict: 'PARTIAL',
      because: `There is no attractor, but not all that flipping back asks for is shown. ${found}`,
    };
  return {
    verdict: 'INCONCLUSIVE',
    because: `The interval allows an attractor and none. ${found}`,
  };
}
