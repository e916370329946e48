/**
 * `dose.json`, a dose–response. Reading checks everything and refuses by path; writing is deterministic and passes through
 * the same checks, so that nothing is written that cannot be read again.
 *
 * Steering may make text so unlikely that its perplexity is beyond any number: Infinity in memory, null in the file.
 */
import type { DoseChoices, DoseLevel, DoseRank, DoseReport, DoseSeries } from '../../steering/dose-types.ts';
import { shown } from '../../base/shown.ts';
import { AppError } from '../../base/errors.ts';
import type { SteeringWhere } from '../../steering/steering.ts';
import { MAX_STRENGTH, MODE_NAMES } from '../../steering/modes.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { significantAll } from '../../base/round.ts';
import { parseAgreement } from '../json/agreement-json.ts';
import { field, fileObject, has, integer, type JsonNode, list, type Refuse, words } from '../../json/json-path.ts';
import { inRange, oneOf, parseAxis, positive, share } from '../../json/json-values.ts';
import { layOut } from '../../json/lay-out.ts';
import { MANY, parseMeasuredChoices, parseMeasuredModel, parseMeasuredProbe } from './measured-parts.ts';
import { orNull, parseEstimate } from './report-parts.ts';

const FORMAT = 'flipside-dose';
const VERSION = 1;
/** Above any log-odds, and any KL, in nats. */
const NATS = 1e6;

/** Reads a dose–response; throws `dose-invalid` with the path of the first thing that is wrong. */
export function parseDose(jsonText: string): DoseReport {
  const refuse: Refuse = (message) => {
    throw new AppError('dose-invalid', `${message} Restore the file, or measure again.`);
  };
  const root = fileObject(jsonText, 'dose', FORMAT, VERSION, refuse);
  const provenance = field(root, 'provenance');
  return toDose(root, { seed: field(provenance, 'seed'), version: field(provenance, 'version') });
}

/**
 * Writes a dose–response with six significant digits; equal ones give equal files. Throws `internal` (names the path) for
 * one that could not be read again, such as one with an effect that is not finite.
 */
export function serialiseDose(report: DoseReport): string {
  const refuse: Refuse = (message) => {
    throw new AppError('internal', `${message} This is a fault in Flipside: copy the diagnostics and report it.`);
  };
  // Rounded first: two KLs may be one then.
  const root: JsonNode = { value: significantAll(report), path: 'dose', refuse };
  // `version` is that of the file there, so that of the program stands with the seed.
  const { seed, version, ...measured } = toDose(root, { seed: field(root, 'seed'), version: field(root, 'version') });
  return `${layOut({ format: FORMAT, version: VERSION, ...measured, provenance: { seed, version } })}\n`;
}

function toDose(
  root: JsonNode,
  { seed, version }: { readonly seed: JsonNode; readonly version: JsonNode },
): DoseReport {
  const neutral = field(root, 'neutral');
  const from = integer(field(root, 'from'), 1, 511);
  const direction = parseSeries(field(root, 'direction'), ['direction']);
  const targets = direction.levels.map(({ target }) => target);
  return {
    probe: parseMeasuredProbe(field(root, 'probe')),
    model: parseMeasuredModel(field(root, 'model')),
    axis: parseAxis(field(root, 'axis')),
    mode: oneOf(field(root, 'mode'), MODE_NAMES),
    from,
    to: integer(field(root, 'to'), from, 511),
    where: parseWhere(field(root, 'where')),
    neutral: {
      texts: integer(field(neutral, 'texts'), 1, MANY),
      tokens: integer(field(neutral, 'tokens'), 1, MANY),
      perplexity: parsePerplexity(field(neutral, 'perplexity')),
    },
    choices: parseChoices(field(root, 'choices')),
    direction,
    control: orNull(field(root, 'control'), (item) => parseControl(item, targets)),
    placebos: list(field(root, 'placebos'), 0, 1000).map((item) =>
      parseSeries(item, ['flipped', 'isotropic', 'unrelated']),
    ),
    ranks: list(field(root, 'ranks'), 0, targets.length).map((item) => parseRank(item, targets)),
    seed: integer(seed, 0, 2 ** 32 - 1),
    version: words(version, 40),
    ...(has(root, 'carriedOver') && { carriedOver: parseCarried(field(root, 'carriedOver')) }),
  };
}

function parseCarried(node: JsonNode): NonNullable<DoseReport['carriedOver']> {
  // How many layers the model has stands nowhere else in the file.
  return parseAgreement(node, list(field(node, 'cosine'), 2, 512).length);
}

function parseWhere(node: JsonNode): SteeringWhere {
  return typeof node.value === 'number'
    ? integer(node, 0, MANY)
    : oneOf<Exclude<SteeringWhere, number>>(node, ['all', 'generated']);
}

function parsePerplexity(node: JsonNode): number {
  return node.value === null || node.value === Infinity ? Infinity : inRange(node, 1, Number.MAX_VALUE);
}

function parseNats(node: JsonNode): Estimate {
  return parseEstimate(node, [-NATS, NATS]);
}

function parseChoices(node: JsonNode): DoseChoices {
  return { ...parseMeasuredChoices(node), unpushed: parseNats(field(node, 'unpushed')) };
}

function parseSeries(node: JsonNode, kinds: readonly DoseSeries['kind'][]): DoseSeries {
  const levels = list(field(node, 'levels'), 1, 100);
  const parsed = levels.map(parseLevel);
  parsed.forEach(({ target }, index) => {
    const before = parsed[index - 1]?.target ?? 0;
    const at = levels[index];
    if (at && target <= before)
      at.refuse(`${at.path}.target must rise from level to level, got ${target} after ${before}.`);
  });
  return { kind: oneOf(field(node, 'kind'), kinds), title: words(field(node, 'title'), 200), levels: parsed };
}

function parseLevel(node: JsonNode): DoseLevel {
  const target = positive(field(node, 'target'));
  return {
    target,
    kl: inRange(field(node, 'kl'), 0, NATS),
    meanKl: inRange(field(node, 'meanKl'), 0, NATS),
    strength: inRange(field(node, 'strength'), -MAX_STRENGTH, MAX_STRENGTH),
    perplexity: parsePerplexity(field(node, 'perplexity')),
    batches: integer(field(node, 'batches'), 0, MANY),
    towards: parseNats(field(node, 'towards')),
    away: parseNats(field(node, 'away')),
    effect: parseNats(field(node, 'effect')),
    right: parseEstimate(field(node, 'right'), [0, 1]),
  };
}

function parseControl(node: JsonNode, targets: readonly number[]): NonNullable<DoseReport['control']> {
  const levels = list(field(node, 'levels'), targets.length, targets.length).map((level, index) => {
    const target = field(level, 'target');
    if (target.value !== targets[index])
      target.refuse(`${target.path} must be ${targets[index]} as that of the direction, got ${shown(target.value)}.`);
    return {
      target: positive(target),
      effect: parseNats(field(level, 'effect')),
      right: parseEstimate(field(level, 'right'), [0, 1]),
    };
  });
  return { choices: parseChoices(field(node, 'choices')), levels };
}

function parseRank(node: JsonNode, targets: readonly number[]): DoseRank {
  const target = positive(field(node, 'target'));
  if (!targets.includes(target))
    node.refuse(`${node.path}.target must be a KL of the direction's levels, got ${target}.`);
  const placebos = integer(field(node, 'placebos'), 1, MANY);
  const atLeast = integer(field(node, 'atLeast'), 0, placebos);
  const p = field(node, 'p');
  const expected = (1 + atLeast) / (1 + placebos);
  if (Math.abs(share(p) - expected) > 1e-5)
    p.refuse(`${p.path} must be (1 + atLeast) / (1 + placebos) = ${expected}, got ${shown(p.value)}.`);
  return {
    target,
    largest: inRange(field(node, 'largest'), 0, NATS),
    largestTitle: words(field(node, 'largestTitle'), 200),
    placebos,
    atLeast,
    p: share(p),
  };
}
