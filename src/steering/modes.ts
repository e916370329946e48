/**
 * The steering modes: what can be done to the residual stream along a direction. This table says what each mode needs
 * (a pole, a strength) and how captions name it. Two more tables complete a mode, and the compiler asks for both:
 * `EDITS` in `steering/make-steering.ts` (the arithmetic) and `MODE_CHOICES` in `features/steer/words.ts` (what the page says).
 */
import { AppError } from '../base/errors.ts';

/**
 * `add`: a vector along the direction is added. `cap`: the product with the direction is held on the side of the pole
 * of a bound. `ablate`: the product is removed.
 */
export type SteeringMode = 'add' | 'cap' | 'ablate';

/** The largest strength that is accepted: twice the stream itself. Text is long broken there. */
export const MAX_STRENGTH = 2;

/** What the strength of a mode is, in units of the typical length of the stream at its layer. */
export interface StrengthDef {
  /** What a caption calls it. */
  readonly name: string;
  /** Smallest and largest that is accepted. */
  readonly bounds: readonly [least: number, most: number];
  /** What a slider spans at first. */
  readonly slider: readonly [from: number, to: number];
  /** Before the reader sets or matches one. */
  readonly first: number;
  /** How a KL is matched: `length` grows from zero on a logarithmic scale, `bound` may lie on either side of zero. */
  readonly search: 'length' | 'bound';
}

/** What the program knows about a mode. */
export interface SteeringModeDef {
  /** Whether it makes a difference which pole is steered towards. */
  readonly hasPole: boolean;
  /** Null where there is nothing to set. */
  readonly strength: StrengthDef | null;
  /**
   * What happens where two directions steer one layer in this mode: their vectors are summed; or a layer takes one only. A mode
   * of one kind goes with a mode of the other: the stream is bounded first, and the sum is added then.
   */
  readonly together: 'sum' | 'one';
  /** What is done to the stream, as a clause. */
  readonly description: string;
  /** What was done, in a few words; `pole` is the end that was steered towards, `axis` the direction. */
  readonly done: (pole: string, axis: string) => string;
}

/** Every mode, in the order in which they are offered. */
export const STEERING_MODES = {
  add: {
    hasPole: true,
    strength: { name: 'strength', bounds: [0, MAX_STRENGTH], slider: [0, 1], first: 0.25, search: 'length' },
    together: 'sum',
    description: 'a vector along the direction is added',
    done: (pole) => `steered to ${pole}`,
  },
  cap: {
    hasPole: true,
    strength: { name: 'bound', bounds: [-MAX_STRENGTH, MAX_STRENGTH], slider: [-1, 1], first: 0, search: 'bound' },
    together: 'one',
    description: 'the product with the direction is kept from falling behind a bound, on the side of the pole',
    done: (pole) => `held towards ${pole}`,
  },
  ablate: {
    hasPole: false,
    strength: null,
    together: 'one',
    description: 'the product with the direction is taken away',
    done: (_, axis) => `${axis} taken out`,
  },
} satisfies Record<SteeringMode, SteeringModeDef>;

/** A mode whose strength can be set, and matched to a KL. */
export type ScaledMode = {
  [Mode in SteeringMode]: (typeof STEERING_MODES)[Mode]['strength'] extends null ? never : Mode;
}[SteeringMode];

/** The names of all modes. */
export const MODE_NAMES = Object.keys(STEERING_MODES) as readonly SteeringMode[];

/** The names of those whose strength can be set. */
export const SCALED_MODES = MODE_NAMES.filter(isScaled);

/** The mode that is taken unless another is asked for. */
export const DEFAULT_MODE = 'add' satisfies ScaledMode;

/** The entry of a mode in {@link STEERING_MODES}. */
export function modeDef(mode: SteeringMode): SteeringModeDef {
  return STEERING_MODES[mode];
}

/** Whether the strength of a mode can be set. */
export function isScaled(mode: SteeringMode): mode is ScaledMode {
  return STEERING_MODES[mode].strength !== null;
}

/** What the strength of such a mode is. */
export function strengthDef(mode: ScaledMode): StrengthDef {
  return STEERING_MODES[mode].strength;
}

/** A mode whose strength can be matched. Throws `push-invalid` for one that has none. */
export function needScaled(mode: SteeringMode): ScaledMode {
  if (isScaled(mode)) return mode;
  throw new AppError(
    'push-invalid',
    `The steering mode "${mode}" has no strength, so none can be matched. Take ${SCALED_MODES.join(' or ')}.`,
    { mode },
  );
}
