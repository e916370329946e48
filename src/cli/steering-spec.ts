/** Steering as it is typed on the command line, and what it becomes on a model. */
import { assertInterventions } from '../probe/dtype-agreement.ts';
import { AppError } from '../base/errors.ts';
import {
  checkSteeringSettings,
  type Intervention,
  type SteeringRecord,
  type SteeringSettings,
} from '../steering/steering.ts';
import { DEFAULT_MODE, MODE_NAMES, modeDef, type SteeringMode } from '../steering/modes.ts';
import type { NodeEngine } from '../engine/node/node-engine.ts';
import { createSteeringRunner } from '../engine/steering/engine-steering-runner.ts';
import { makeSteering } from '../steering/make-steering.ts';
import type { CarriedProbe } from '../training/carry-over.ts';
import { agreementPart } from './carried-probe.ts';
import { parseWhere } from './steering-options.ts';
import { neutralTexts } from './shipped.ts';

/** How steering is typed. */
export const STEERING_SPEC = `${specForms().join(' or ')}, where WHERE is all, generated or a token; e.g. positive:18:0.26:generated`;

/** One form for all modes that have the same parts. */
function specForms(): readonly string[] {
  const partsOf = (mode: SteeringMode): string => {
    const { hasPole, strength } = modeDef(mode);
    return `${hasPole ? 'POLE:' : ''}LAYER[-LAYER]${strength === null ? '' : ':STRENGTH'}[:WHERE]`;
  };
  return [...new Set(MODE_NAMES.map(partsOf))].map((parts) => {
    const modes = MODE_NAMES.filter((mode) => partsOf(mode) === parts);
    return modes.includes(DEFAULT_MODE) ? `[${modes.join('|')}:]${parts}` : `${modes.join('|')}:${parts}`;
  });
}

/** Reads steering; `option` names it in refusals. Throws `usage`. What the model has not is refused once it is known. */
export function parseSteeringSpec(option: string, spec: string): SteeringSettings {
  const refuse = (what: string): never => {
    throw new AppError('usage', `--${option} ${what}, got "${spec}". Steering is typed as ${STEERING_SPEC}.`, {
      option,
    });
  };
  const [first = '', ...others] = spec.split(':');
  const named = MODE_NAMES.find((name) => name === first);
  const parts = named === undefined ? [first, ...others] : others;
  const mode = named ?? DEFAULT_MODE;
  const pole = modeDef(mode).hasPole ? parts.shift() : 'positive';
  if (pole !== 'positive' && pole !== 'negative') return refuse('names no pole, positive or negative');
  const layers = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(parts.shift() ?? '');
  if (layers === null) return refuse('names no layer, such as 18 or 10-20');
  const from = Number(layers[1]);
  const typed = modeDef(mode).strength === null ? '0' : (parts.shift() ?? '');
  const strength = Number(typed);
  if (typed.trim() === '' || !Number.isFinite(strength)) return refuse('has no strength, a number such as 0.26');
  const where = parseWhere(parts.shift() ?? 'all');
  if (where === null) return refuse('must end in all, generated or the number of a token');
  if (parts.length > 0) return refuse('has more parts than steering has');
  return { mode, pole, from, to: layers[2] === undefined ? from : Number(layers[2]), strength, where };
}

/**
 * The steering along a probe's steering direction, and the same as a run remembers it. Reads neutral stories for the unit
 * of its strength. Throws `push-invalid`, and `probe-model-mismatch` where the direction does not hold at a steered
 * layer.
 */
export async function steeringAlong(
  settings: SteeringSettings,
  { probe, agreement, sha256 }: CarriedProbe & { readonly sha256: string },
  engine: NodeEngine,
  signal: AbortSignal,
): Promise<{ readonly intervention: Intervention; readonly record: SteeringRecord }> {
  checkSteeringSettings(settings, engine.model);
  if (agreement !== null) assertInterventions(probe, agreement, settings);
  const ground = await createSteeringRunner({ ...engine, neutral: await neutralTexts() }).ground(signal);
  const intervention = makeSteering({ title: probe.title, vectors: probe.steering }, settings, ground, engine.model);
  return {
    intervention,
    record: { ...settings, direction: probe.title, probeSha256: sha256, matchedKl: null, ...agreementPart(agreement) },
  };
}
