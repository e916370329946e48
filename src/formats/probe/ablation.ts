/**
 * `ablation.json` beside a probe: what a model loses where the probe's directions are taken out. Reading checks everything and refuses
 * by path; writing is deterministic and passes through the same checks.
 */
import { AppError } from '../../base/errors.ts';
import { significantAll } from '../../base/round.ts';
import {
  type AblationReport,
  ERASED,
  type Erased,
  type Erasure,
  type LayerCosine,
  type RandomErasure,
} from '../../steering/ablation-types.ts';
import { MAX_STRENGTH } from '../../steering/modes.ts';
import { field, fileObject, integer, type JsonNode, list, type Refuse, words } from '../../json/json-path.ts';
import { inRange, parseAxis, share } from '../../json/json-values.ts';
import { layOut } from '../../json/lay-out.ts';
import { MANY, parseMeasuredChoices, parseMeasuredModel, parseMeasuredProbe } from './measured-parts.ts';
import { parseEstimate } from './report-parts.ts';

/** The name of the file. */
export const ABLATION_FILE = 'ablation.json';

const FORMAT = 'flipside-ablation';
const VERSION = 1;
/** Above any log odds, any KL and any share of a small effect. */
const ANY = 1e6;

/** Reads it; throws `dose-invalid` with the path of the first thing that is wrong. */
export function parseAblation(jsonText: string): AblationReport {
  const refuse: Refuse = (message) => {
    throw new AppError('dose-invalid', `${message} Restore the file, or measure again.`);
  };
  const root = fileObject(jsonText, 'ablation', FORMAT, VERSION, refuse);
  const provenance = field(root, 'provenance');
  return toAblation(root, field(provenance, 'seed'), field(provenance, 'version'));
}

/** Writes it with six significant digits. Throws `internal` (names the path) for one that could not be read again. */
export function serialiseAblation(report: AblationReport): string {
  const refuse: Refuse = (message) => {
    throw new AppError('internal', `${message} This is a fault in Flipside: copy the diagnostics and report it.`);
  };
  const root: JsonNode = { value: significantAll(report), path: 'ablation', refuse };
  const { seed, version, ...measured } = toAblation(root, field(root, 'seed'), field(root, 'version'));
  return `${layOut({ format: FORMAT, version: VERSION, ...measured, provenance: { seed, version } })}\n`;
}

function toAblation(root: JsonNode, seed: JsonNode, version: JsonNode): AblationReport {
  const part = (key: string): JsonNode => field(root, key);
  const neutral = part('neutral');
  const random = list(part('random'), 1, 1000).map(parseRandom);
  return {
    probe: parseMeasuredProbe(part('probe')),
    model: parseMeasuredModel(part('model')),
    axis: parseAxis(part('axis')),
    choices: parseMeasuredChoices(part('choices')),
    shows: integer(part('shows'), 1, 100),
    neutral: {
      texts: integer(field(neutral, 'texts'), 1, MANY),
      tokens: integer(field(neutral, 'tokens'), 1, MANY),
    },
    told: parseEstimate(part('told'), [-ANY, ANY]),
    erased: Object.fromEntries(
      ERASED.map((what) => [what, parseErasure(field(part('erased'), what), random.length)]),
    ) as Record<Erased, Erasure>,
    random,
    cosines: parseCosines(part('cosines')),
    seed: integer(seed, 0, 2 ** 32 - 1),
    version: words(version, 40),
  };
}

function parseErasure(node: JsonNode, random: number): Erasure {
  const atLeast = integer(field(node, 'atLeast'), 0, random);
  const p = field(node, 'p');
  const expected = (1 + atLeast) / (1 + random);
  if (Math.abs(share(p) - expected) > 1e-5)
    p.refuse(`${p.path} must be (1 + atLeast) / (1 + random directions) = ${expected}, got ${share(p)}.`);
  const estimate = (key: string): Erasure['lost'] => parseEstimate(field(node, key), [-ANY, ANY]);
  return {
    kl: inRange(field(node, 'kl'), 0, ANY),
    told: estimate('told'),
    lost: estimate('lost'),
    beyond: estimate('beyond'),
    atLeast,
    p: share(p),
  };
}

function parseRandom(node: JsonNode): RandomErasure {
  return {
    title: words(field(node, 'title'), 200),
    kl: inRange(field(node, 'kl'), 0, ANY),
    offset: inRange(field(node, 'offset'), 0, MAX_STRENGTH),
    lost: inRange(field(node, 'lost'), -ANY, ANY),
  };
}

function parseCosines(node: JsonNode): readonly LayerCosine[] {
  return list(node, 1, 511).map((item, index) => {
    const layer = field(item, 'layer');
    if (integer(layer, 1, 511) !== index + 1)
      layer.refuse(`${layer.path} must be ${index + 1}, for layers ascend from 1; got ${String(layer.value)}.`);
    return {
      layer: index + 1,
      cosine: inRange(field(item, 'cosine'), -1, 1),
      random: inRange(field(item, 'random'), 0, 1),
      auroc: share(field(item, 'auroc')),
    };
  });
}
