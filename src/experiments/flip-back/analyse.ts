/** From units to the verdict: both halves, their gates, the control axes, Holm over what was planned, the rule. */
import { clusterMean } from '../../stats/effect.ts';
import type { Contrast, Findings, Measure, RunSize } from '../experiment-types.ts';
import { holm } from '../../stats/holm.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import { mean } from '../../stats/stats.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import { bare, contrast, errorOfMean, measure, solid } from './estimates.ts';
import { asymmetryOf, crossingOf } from './evidence.ts';
import { figureOf } from './figure.ts';
import { forcedHalf, ratioOf } from './forced.ts';
import { freeHalf } from './free-half.ts';
import { controlGate, forcedGates, freeGates } from './gates.ts';
import { readPrepared } from './prepare.ts';
import { axisOf, type FlipBackSpec } from './spec.ts';
import { MIDDLE, type Trace, tracesOf } from './traces.ts';
import { ruleOn } from './verdict.ts';

/** The axes that the moral one is held against. */
const CONTROLS = ['formal', 'mood'] as const;

/** See `Design.analyse`. */
export function analyseFlipBack(
  spec: FlipBackSpec,
  size: RunSize,
  prepared: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const ready = readPrepared(prepared);
  const { stories, free: written } = tracesOf(spec, size, units);
  const forced = forcedHalf(spec, stories.moral);
  const free = freeHalf(spec, written);
  const controls = CONTROLS.flatMap((id) =>
    stories[id].length === 0 ? [] : [{ id, ...controlOf(spec, id, stories[id]) }],
  );
  const formal = controls.find(({ id }) => id === 'formal');
  const gates = {
    forced: forcedGates(spec, ready, stories.moral),
    free: freeGates(spec, free),
    control: formal === undefined ? null : controlGate(spec, stories.formal),
  };
  const { verdict, because, wouldChange } = ruleOn(spec, {
    forcedGates: gates.forced,
    freeGates: gates.free,
    control: formal === undefined || gates.control === null ? null : { gate: gates.control, ratio: formal.ratio },
    ratio: forced.ratio,
    back: forced.back,
    backBeyond: forced.backBeyond,
    freeRatio: free.ratio,
  });
  return {
    verdict,
    because,
    wouldChange,
    gates: [...gates.forced, ...(gates.control === null ? [] : [gates.control]), ...gates.free],
    contrasts: corrected([...forced.contrasts, ...controls.flatMap((control) => control.contrasts), ...free.contrasts]),
    measures: [
      ...forced.measures,
      ...[0, 2].map((layer) =>
        measure(
          `evidence-ratio-layer-${ready.layers[layer] ?? 0}`,
          `The evidence ratio of the filter at layer ${ready.layers[layer] ?? 0}.`,
          'ratio',
          forced.ratioByLayer[layer] ?? bare(NaN, 0, 'not read'),
        ),
      ),
      beyondRandom(ready.layers[MIDDLE], stories.moral),
      ...layerCurve(stories.moral),
      ...free.measures,
    ],
    limits: limitsOf(spec, size, ready.layers[MIDDLE], stories.moral.length, written.length),
    figure: figureOf(spec, ready.layers, stories.moral, forced, free, {
      formal: formal?.ratio,
      mood: controls.find(({ id }) => id === 'mood')?.ratio,
    }),
  };
}

function controlOf(
  spec: FlipBackSpec,
  id: (typeof CONTROLS)[number],
  traces: readonly Trace[],
): { readonly ratio: Estimate; readonly contrasts: readonly Contrast[] } {
  const { draws, permutations, seed, thresholds } = spec;
  const { light, dark } = axisOf(spec, id);
  const { estimate, standardError } = ratioOf(spec, traces, MIDDLE);
  const ratio = solid(estimate);
  const values = traces.map((trace) => asymmetryOf(crossingOf(trace)));
  return {
    ratio,
    contrasts: [
      contrast({
        id: `${id}-ratio`,
        says: `The evidence ratio on the axis ${light}–${dark}, which is no matter of character.`,
        unit: 'ratio',
        estimate: ratio,
        p: null,
        null: 'an interval only',
        rope: [thresholds.ratioLow, thresholds.ratioHigh],
        standardError,
      }),
      contrast({
        id: `${id}-asymmetry`,
        says: `Escape asymmetry on the axis ${light}–${dark}.`,
        unit: 'share',
        estimate: clusterMean(values, draws, seed),
        p: signFlip(values, permutations, seed).p,
        null: `signs of whole stories flipped, all of them or ${permutations} times`,
        rope: [-thresholds.asymmetryRope, thresholds.asymmetryRope],
        standardError: errorOfMean(values),
      }),
    ],
  };
}

/** Holm over every planned contrast that has a p. */
function corrected(contrasts: readonly Contrast[]): Contrast[] {
  const adjusted = holm(contrasts.map(({ p }) => p));
  return contrasts.map((own, i) => ({ ...own, pHolm: adjusted[i] ?? null }));
}

/**
 * No gate: a random direction is a random sum of the topics' own differences, and where these are alike it reads the poles, too.
 * A model that tells them apart very well would fail.
 */
function beyondRandom(layer: number, traces: readonly Trace[]): Measure {
  const own = Math.abs(mean(traces.map(({ byLayer }) => byLayer[layer] ?? NaN)));
  const gaps = (traces[0]?.random ?? []).map((_, i) => Math.abs(mean(traces.map(({ random }) => random[i] ?? NaN))));
  return measure(
    'beyond-random',
    "Random directions of the fit texts' own covariance whose gap between always kind and always cruel is smaller.",
    'share',
    bare(gaps.filter((gap) => gap < own).length / gaps.length, gaps.length, 'random directions'),
  );
}

/** All-light less all-dark by layer: where the model carries what a story has shown. */
function layerCurve(traces: readonly Trace[]): Measure[] {
  return (traces[0]?.byLayer ?? []).map((_, layer) =>
    measure(
      `gap-layer-${layer}`,
      `Always kind less always cruel at layer ${layer}, mean of beats 4 to 12.`,
      'score',
      bare(mean(traces.map(({ byLayer }) => byLayer[layer] ?? NaN)), traces.length, 'the curve has no interval'),
    ),
  );
}

function limitsOf(spec: FlipBackSpec, size: RunSize, layer: number, stories: number, prompts: number): string[] {
  return [
    `The forced half says how the model reads what it is given at layer ${layer}, over ${stories} stories by one writer; it does not say what the model would do.`,
    'What the instrument reads is kind against cruel conduct as it was written for the fit; good and bad outcomes are a part of it.',
    'The letter of the claim sets kind against cruel evidence within the cruel state. A reading that has levelled off cannot show the second; so the cruel evidence is taken from the mirror image, cruel beats in a kind story.',
    'Reveal and dream begin kind, the plain switch does not: by the filter alone they regain somewhat more (how much stands among the measures).',
    `The free half labels each sentence by itself after its setting, over ${prompts} prompts. Wrong labels pull the log ratio towards 0, and in a long run it comes close to the odds of kind against cruel sentences.`,
    'A sentence that is cruel by its outcome alone, or told of a bystander, counts as cruel.',
    ...(size === 'quick'
      ? [
          'A quick run reads the first stories and prompts only, and no control axis: a look, not a verdict. It cannot end in DENY.',
        ]
      : []),
    `Thresholds were fixed beforehand; with another rule for neutral sentences (now ${spec.thresholds.neutralShare} of the way to a pole) the free half would read differently.`,
  ];
}
