/** Steering from the options of the command line. */
import { defaultStream } from '../steering/steering-defaults.ts';
import type { ModelIdentity } from '../probe/probe-types.ts';
import { checkSteeringSettings, type SteeringSettings, type SteeringWhere } from '../steering/steering.ts';
import { DEFAULT_MODE, MODE_NAMES, type SteeringMode } from '../steering/modes.ts';
import type { Options } from './command.ts';

/** Options of steering, for `Options`. */
export const STEERING_OPTIONS = {
  layer: { type: 'string' },
  layers: { type: 'string' },
  mode: { type: 'string' },
  where: { type: 'string' },
} as const;

/** How they are written. */
export const STEERING_USAGE = `[--layer N | --layers N-M] [--mode ${MODE_NAMES.join('|')}] [--where generated|all|N]`;

/**
 * What is steered, how and where; strength and pole are not among these options. `modes` are those that the command
 * takes. Throws `usage` and `push-invalid`.
 */
export function steeringFrom<Mode extends SteeringMode>(
  options: Options,
  model: Pick<ModelIdentity, 'id' | 'layerCount'>,
  modes: readonly Mode[],
): Omit<SteeringSettings, 'pole' | 'strength' | 'mode'> & { readonly mode: Mode } {
  const asked = options.text('mode') ?? DEFAULT_MODE;
  const mode =
    modes.find((known) => known === asked) ?? options.refuse(`--mode must be ${modes.join(' or ')}, got "${asked}"`);
  const settings = { mode, ...layersFrom(options, model.layerCount), where: whereFrom(options) };
  checkSteeringSettings({ ...settings, pole: 'positive', strength: 0 }, model);
  return settings;
}

/** KLs in nats from a list with commas, ascending. Throws `usage`. */
export function klsFrom(options: Options, name: string, fallback: readonly number[]): readonly number[] {
  const text = options.text(name);
  if (text === undefined) return fallback;
  const values = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (!values.every((value) => value >= 0.001 && value <= 20))
    options.refuse(`--${name} must be numbers of nats from 0.001 to 20 with commas between them, got "${text}"`);
  return [...new Set(values)].sort((a, b) => a - b);
}

function layersFrom(options: Options, layerCount: number): { readonly from: number; readonly to: number } {
  const several = options.text('layers');
  if (several === undefined) {
    const layer = options.number('layer', defaultStream(layerCount), { min: 1, max: layerCount, whole: true });
    return { from: layer, to: layer };
  }
  if (options.text('layer') !== undefined) options.refuse('--layer and --layers contradict each other');
  const [, from, to] =
    /^(\d{1,3})-(\d{1,3})$/.exec(several.trim()) ??
    options.refuse(
      `--layers must be two layers from 1 to ${layerCount} with a hyphen between them, such as 16-20, got "${several}"`,
    );
  return { from: Number(from), to: Number(to) };
}

/** Which tokens are steered, as it is typed; null for what is none. */
export function parseWhere(text: string): SteeringWhere | null {
  if (text === 'all' || text === 'generated') return text;
  return /^\d{1,6}$/.test(text) ? Number(text) : null;
}

function whereFrom(options: Options): SteeringWhere {
  const where = options.text('where') ?? 'generated';
  return (
    parseWhere(where) ??
    options.refuse(`--where must be generated, all or the position of a token from 0, got "${where}"`)
  );
}
