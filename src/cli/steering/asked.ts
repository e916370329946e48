/** Further directions and a condition as they are typed on the command line. */
import { CONDITION_SIDE_NAMES, CONDITION_SIDES, type ConditionSettings } from '../../steering/condition.ts';
import type { SteeringSettings, SteeringWhere } from '../../steering/steering.ts';
import type { Options } from '../command.ts';
import { parseSteeringSpec } from '../steering-spec.ts';

/** Options of several directions, of a condition and of what is written beside them, for `Options`. */
export const COMBINED_OPTIONS = {
  also: { type: 'string', multiple: true },
  when: { type: 'string' },
  placebos: { type: 'string' },
} as const;

/** How they are written. */
export const COMBINED_USAGE =
  "[--also 'DIR POLE:LAYER:STRENGTH' …] [--when 'DIR[@LAYER] > X' | --when 'DIR[@LAYER] < X'] [--placebos N]";

/** A further direction: the folder of its probe, and what is done along it. */
export interface AskedPart {
  readonly folder: string;
  readonly settings: SteeringSettings;
}

/** A condition: the folder of the probe that reads; without a layer it is the highest that can decide. */
export interface AskedCondition extends Omit<ConditionSettings, 'layer'> {
  readonly folder: string;
  readonly layer: number | null;
}

/** The further directions, which steer the same tokens as the first. Throws `usage`. */
export function alsoFrom(options: Options, where: SteeringWhere): readonly AskedPart[] {
  return options.texts('also').map((text) => {
    const [, folder, spec] =
      /^(.*\S)\s+(\S+)$/.exec(text.trim()) ??
      options.refuse(
        `--also must be the folder of a probe and what is done along it, such as 'probes/formal-casual negative:18:0.1', got "${text}"`,
      );
    const settings = parseSteeringSpec('also', spec ?? '');
    // A text of its own where nothing says which tokens: all parts steer those that --where says.
    if (settings.where !== 'all' || /:all$/.test(spec ?? ''))
      options.refuse(`--also steers the tokens that --where says, so leave out the end of "${spec}"`);
    return { folder: folder ?? '', settings: { ...settings, where } };
  });
}

/** The condition; null where none is asked for. Throws `usage`. */
export function whenFrom(options: Options): AskedCondition | null {
  const text = options.text('when');
  if (text === undefined) return null;
  const [, folder = '', layer, sign, threshold = ''] =
    /^(.*?[^\s@])(?:@(\d{1,3}))?\s*([<>])\s*(-?\d+(?:\.\d+)?)$/.exec(text.trim()) ??
    options.refuse(
      `--when must be the folder of a probe, < or >, and a reading in standard deviations, such as 'probes/kind-cruel < -1', got "${text}"`,
    );
  const side = CONDITION_SIDE_NAMES.find((name) => CONDITION_SIDES[name].sign === sign) ?? 'above';
  return { folder, layer: layer === undefined ? null : Number(layer), side, threshold: Number(threshold) };
}
