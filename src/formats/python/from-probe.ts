/** What a Python program needs of a probe to read one place of a text as Flipside did. */
import { AppError } from '../../base/errors.ts';
import type { DirectionKind, DirectionWord } from '../../lens/lens.ts';
import { directionOf } from '../../lens/probe-direction.ts';
import type { Probe } from '../../probe/probe-types.ts';
import { tokenZero } from '../../reading/early-tokens.ts';
import type { Stand } from '../../reading/reading.ts';
import type { SteeredWords, SteeringSettings } from '../../steering/steering.ts';
import {
  fourDigits,
  type PythonDirection,
  type PythonReading,
  type PythonSteering,
  type PythonWeights,
  type PythonWords,
} from './program-types.ts';

/** A place of a text, with the number that Flipside found there. */
export interface ReadPlace {
  readonly text: string;
  /** All of its tokens, where the text alone does not give them again; else null. */
  readonly ids: readonly number[] | null;
  /** The token, from 0, and its id in the vocabulary. */
  readonly token: number;
  readonly id: number;
  /** Null: the token itself was read; else neutral words after it, at such a place. */
  readonly stand: Stand | null;
  /** Whether the token's own stream had a part in the readout, as it has at the end of a sentence where passes branch. */
  readonly own: boolean;
  /** One layer; null for the reading that the page shows, over several. */
  readonly layer: number | null;
  readonly expected: number;
  readonly tolerance: number;
  readonly weights: PythonWeights;
}

/** The reading as a program has it. `idsOf` gives tokens of neutral words where they are known. Throws `usage` for a wrong layer. */
export function readingOf(
  probe: Probe,
  place: ReadPlace,
  idsOf: (text: string) => readonly number[] | null = () => null,
): PythonReading {
  const { model, title, trace } = probe;
  const { layer, stand, own, token } = place;
  if (layer !== null && !(Number.isInteger(layer) && layer >= 0 && layer <= model.layerCount))
    throw new AppError('usage', `There is no layer ${layer}: ${model.id} has 0 to ${model.layerCount}.`, { layer });
  const rows = (source: Float32Array, layers: readonly number[]): Float32Array => {
    const out = new Float32Array(layers.length * model.hidden);
    layers.forEach((at, row) =>
      out.set(source.subarray(at * model.hidden, (at + 1) * model.hidden), row * model.hidden),
    );
    return out;
  };
  const words = (texts: readonly string[]): PythonWords[] =>
    texts.map((each) => ({ text: ` ${each}`, ids: idsOf(` ${each}`) }));
  const { text, ids, id, expected, tolerance, weights } = place;
  const common = { kind: 'reading', title, weights, text, ids, expected, tolerance, token, id } as const;
  if (stand !== null && trace !== null) {
    const head = own ? trace.ends : trace.inside;
    const layers = layer === null ? trace.layers : [layer];
    return {
      ...common,
      neutral: words(trace.texts),
      own,
      layers,
      directions: rows(head.directions, layers),
      zero: layers.map((at) => head.zero[at] ?? Number.NaN),
      scale: layer === null ? head.scale : 1,
    };
  }
  const at = layer ?? probe.defaultLayer;
  const calibration = probe.calibration[at];
  return {
    ...common,
    neutral: stand === null ? [] : words(probe.taps),
    own: false,
    layers: [at],
    directions: rows(probe.directions, [at]),
    zero: [
      calibration === undefined
        ? Number.NaN
        : stand === null
          ? tokenZero(calibration, probe.earlyTokens, at, token)
          : calibration.tapMean,
    ],
    scale: calibration?.scale ?? Number.NaN,
  };
}

/** Words that were read after a text under steering. */
export interface WordsSteered {
  /** Title of what was steered along. */
  readonly direction: string;
  readonly settings: Pick<SteeringSettings, 'mode' | 'pole' | 'strength'>;
  readonly text: string;
  /** Without the space before them. */
  readonly words: string;
  readonly weights: PythonWeights;
}

/** The log-probability of those words as a program has it. */
export function steeringOf(
  { direction, settings: { mode, pole, strength }, text, words, weights }: WordsSteered,
  { steps, from, ids, logP }: SteeredWords,
): PythonSteering {
  return {
    kind: 'steering',
    title: `log-probability of "${words}", steered along "${direction}" (${mode}, ${pole}, strength ${strength})`,
    weights,
    text,
    ids: null,
    continuation: { text: ` ${words}`, ids },
    from,
    steps,
    expected: logP,
    tolerance: fourDigits(logP),
  };
}

/** How far a direction moves one word, as the lens found it. Throws `usage` for a direction or a layer that the probe has not. */
export function directionFrom(
  probe: Probe,
  { kind, layer }: { readonly kind: DirectionKind; readonly layer: number },
  { id, text, logit }: DirectionWord,
  weights: PythonWeights,
): PythonDirection {
  const { hidden, layerCount } = probe.model;
  const name =
    kind === 'reading' || kind === 'steering' ? `its ${kind} direction` : `its direction of ${probe.axis[kind]}`;
  if (!(layer >= 0 && layer <= layerCount))
    throw new AppError('usage', `There is no layer ${layer}: ${probe.model.id} has 0 to ${layerCount}.`, { layer });
  return {
    kind: 'direction',
    title: `${probe.title}, what ${name} at layer ${layer} adds to the logit of "${text}"`,
    weights,
    id,
    word: text,
    direction: directionOf(probe, kind).slice(layer * hidden, (layer + 1) * hidden),
    expected: logit,
    tolerance: fourDigits(logit),
  };
}
