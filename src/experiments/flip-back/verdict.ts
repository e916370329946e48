/** The rule of the spec, step by step, with the sentences that say why. */
import type { ExperimentVerdict, Gate } from '../experiment-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { gateWords } from '../verdict-words.ts';
import { told } from './estimates.ts';
import type { FlipBackSpec } from './spec.ts';

/** All that the rule looks at. */
export interface Evidence {
  readonly forcedGates: readonly Gate[];
  readonly freeGates: readonly Gate[];
  /** Null where the formal axis was not read. */
  readonly control: { readonly gate: Gate; readonly ratio: Estimate } | null;
  readonly ratio: Estimate;
  readonly back: Estimate;
  readonly backBeyond: Estimate;
  readonly freeRatio: Estimate;
}

/** What the rule says. */
export interface Ruling {
  readonly verdict: ExperimentVerdict;
  readonly because: string;
  readonly wouldChange: readonly string[];
}

/** A condition of the rule. */
interface Condition {
  readonly holds: boolean;
  readonly says: string;
}

/** Applies the rule. */
export function ruleOn({ thresholds }: FlipBackSpec, evidence: Evidence): Ruling {
  const { ratio, back, backBeyond, freeRatio, control } = evidence;
  const { ratioLow, ratioAttractor, bandStories, freeDenied } = thresholds;
  const denied = Math.log(freeDenied);
  const failed = evidence.forcedGates.filter(({ passed }) => !passed);
  const freeFailed = evidence.freeGates.filter(({ passed }) => !passed);
  const freeRead = freeFailed.length === 0 && freeRatio.high !== null;
  const flips = between(ratio, (low, high) => high >= ratioLow && low > ratioAttractor);
  const attracts = between(ratio, (_, high) => high < ratioAttractor);
  const returns = back.value >= bandStories && between(backBeyond, (low) => low > 0);
  const freeFlips = freeRead && between(freeRatio, (_, high) => high >= 0);
  const freeAttracts = freeRead && between(freeRatio, (_, high) => high < denied);
  const controlClear = control !== null && control.gate.passed && between(control.ratio, (low) => low > ratioAttractor);
  const conditions: Record<'ratio' | 'band' | 'free', Condition> = {
    ratio: {
      holds: flips,
      says: `the evidence ratio is ${told(ratio)}${flips ? `, which reaches ${ratioLow} and lies above ${ratioAttractor}` : attracts ? `, below ${ratioAttractor}` : `, which does not settle between ${ratioAttractor} and ${ratioLow}`}`,
    },
    band: {
      holds: returns,
      says: `${told(back)} of the stories that turned kind were back in the band, ${told(backBeyond)} more than stories that stayed cruel (wanted: at least ${bandStories}, and more than chance)`,
    },
    free: {
      holds: freeFlips,
      says: freeRead
        ? `in free writing the log of how readily cruel turns kind over the reverse is ${told(freeRatio)}${freeFlips ? ', not below 0' : `, below ${freeAttracts ? denied.toFixed(2) : '0'}`}`
        : `the free half could not be read (${freeFailed.length > 0 ? freeFailed.map(gateSays).join('; ') : 'too few prompts for an interval'})`,
    },
  };
  const listed = `${capital(conditions.ratio.says)}; ${conditions.band.says}; ${conditions.free.says}.`;
  const wouldChange = changes(evidence, thresholds, flips, attracts);
  if (failed.length > 0)
    return {
      verdict: 'INCONCLUSIVE',
      because: `The forced half may not be read: ${failed.map(gateSays).join('; ')}. So nothing is concluded. What was found, and decides nothing: ${conditions.ratio.says}; ${conditions.band.says}; ${conditions.free.says}.`,
      wouldChange,
    };
  if (flips && returns && freeFlips) return { verdict: 'CONFIRM', because: listed, wouldChange };
  if (attracts && freeAttracts && controlClear)
    return {
      verdict: 'DENY',
      because: `${listed} On the formal axis the ratio is ${told(control.ratio)}, so it is not persistence of any kind.`,
      wouldChange,
    };
  if (flips && (!freeRead || freeFlips))
    return {
      verdict: 'PARTIAL',
      because: `${listed} Nothing of this lies on the side of the attractor, but not all that CONFIRM asks for was met.`,
      wouldChange,
    };
  const clash =
    attracts && freeAttracts
      ? ` The formal axis ${control === null ? 'was not read' : `gives ${told(control.ratio)}`}, so persistence of any kind is not ruled out.`
      : attracts || (freeRead && !freeFlips)
        ? ' The halves do not say the same.'
        : '';
  return { verdict: 'INCONCLUSIVE', because: `${listed}${clash}`, wouldChange };
}

function between({ low, high }: Estimate, test: (low: number, high: number) => boolean): boolean {
  return low !== null && high !== null && test(low, high);
}

function gateSays(gate: Gate): string {
  const said = gateWords(gate);
  return said.charAt(0).toLowerCase() + said.slice(1);
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function changes(
  { freeGates, freeRatio }: Evidence,
  { ratioLow, ratioAttractor, bandStories, freeDenied, kappa }: FlipBackSpec['thresholds'],
  flips: boolean,
  attracts: boolean,
): string[] {
  const denied = Math.log(freeDenied).toFixed(2);
  return [
    flips
      ? `An evidence ratio whose interval ends below ${ratioLow} would take away the main ground; one that ends below ${ratioAttractor} would speak for the attractor.`
      : `An evidence ratio whose interval reaches ${ratioLow} and lies above ${ratioAttractor} would speak for flipping back.`,
    attracts
      ? 'The same small ratio on the formal axis would show persistence of any kind, and nothing about character.'
      : `Fewer than ${bandStories} of the stories back in the kind band, or no more than by chance, would lower a CONFIRM to PARTIAL.`,
    freeGates.every(({ passed }) => passed)
      ? `Free writing that leaves cruelty less readily than it enters it (the interval of the log ratio below ${denied}, now ${told(freeRatio)}) would speak for the attractor.`
      : `A model whose sentences two labellers read alike (Cohen’s κ of ${kappa} or more, and enough sentences of both poles) would let the free half count.`,
  ];
}
