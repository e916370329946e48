/**
 * `report.json` of an experiment: verdict, gates, contrasts and figure. Reading checks everything and refuses by path;
 * writing is deterministic and passes through the same checks, so that nothing is written that cannot be read again.
 */
import { AppError } from '../../base/errors.ts';
import { shown } from '../../base/shown.ts';
import {
  type Contrast,
  DESIGN_NAMES,
  type ExperimentReport,
  type ExperimentRule,
  type ExperimentVerdict,
  type Gate,
  type Measure,
  type RopeReading,
} from '../experiment-types.ts';
import { significantAll } from '../../base/round.ts';
import { parseFigure } from './experiment-figure-parts.ts';
import {
  checkFormat,
  field,
  integer,
  type JsonNode,
  jsonRoot,
  list,
  number,
  type Refuse,
  words,
} from '../../json/json-path.ts';
import { exactly, flag, oneOf, sha256, share } from '../../json/json-values.ts';
import { layOut } from '../../json/lay-out.ts';
import { parseModel } from '../../formats/probe/probe-parts.ts';
import { orNull, parseEstimate } from '../../formats/probe/report-parts.ts';

const FORMAT = 'flipside-experiment-report';
const VERSION = 1;
/** Above any effect, in any unit. */
const ANY = [-1e9, 1e9] as const;
const SENTENCE = 2000;
const VERDICTS = ['CONFIRM', 'DENY', 'PARTIAL', 'INCONCLUSIVE'] as const satisfies readonly ExperimentVerdict[];
const READINGS = ['within', 'above', 'below', 'open'] as const satisfies readonly RopeReading[];

/** Reads a report; throws `unit-invalid` with the path of the first thing that is wrong. */
export function parseReport(jsonText: string): ExperimentReport {
  const refuse: Refuse = (message) => {
    throw new AppError('unit-invalid', `${message} Restore the file, or analyse the units again.`);
  };
  const root = jsonRoot(jsonText, 'report', refuse);
  checkFormat(root, FORMAT, VERSION);
  return toReport(root);
}

/**
 * Writes a report with six significant digits; equal ones give equal files. Throws `internal` (names the path) for one
 * that could not be read again, such as one with an estimate that is not finite.
 */
export function serialiseReport(report: ExperimentReport): string {
  const refuse: Refuse = (message) => {
    throw new AppError('internal', `${message} This is a fault in Flipside: copy the diagnostics and report it.`);
  };
  return `${layOut({ format: FORMAT, version: VERSION, ...toReport({ value: significantAll(report), path: 'report', refuse }) })}\n`;
}

function toReport(root: JsonNode): ExperimentReport {
  const sentences = (key: string): string[] => list(field(root, key), 0, 64).map((item) => words(item, SENTENCE));
  return {
    experiment: parseExperiment(field(root, 'experiment')),
    verdict: oneOf(field(root, 'verdict'), VERDICTS),
    because: words(field(root, 'because'), 4 * SENTENCE),
    gates: named(field(root, 'gates'), parseGate),
    contrasts: named(field(root, 'contrasts'), parseContrast),
    measures: named(field(root, 'measures'), parseMeasure),
    wouldChange: sentences('wouldChange'),
    limits: sentences('limits'),
    figure: parseFigure(field(root, 'figure')),
    model: parseModel(field(root, 'model')),
    backend: words(field(root, 'backend'), 80),
    units: integer(field(root, 'units'), 0, 1_000_000),
    unitsSha256: sha256(field(root, 'unitsSha256')),
  };
}

function parseExperiment(node: JsonNode): ExperimentReport['experiment'] {
  return {
    id: words(field(node, 'id'), 80),
    design: oneOf(field(node, 'design'), DESIGN_NAMES),
    title: words(field(node, 'title'), 200),
    claim: words(field(node, 'claim'), SENTENCE),
    rule: parseRule(field(node, 'rule')),
    specSha256: sha256(field(node, 'specSha256')),
    size: oneOf(field(node, 'size'), ['full', 'quick']),
  };
}

/** The written rule; a spec holds the same. */
export function parseRule(node: JsonNode): ExperimentRule {
  const part = (key: keyof ExperimentRule): string => words(field(node, key), SENTENCE);
  return { confirm: part('confirm'), deny: part('deny'), partial: part('partial'), inconclusive: part('inconclusive') };
}

/** Up to 400 items, no two of one id. */
function named<T extends { readonly id: string }>(node: JsonNode, read: (item: JsonNode) => T): T[] {
  const seen = new Set<string>();
  return list(node, 0, 400).map((item) => {
    const one = read(item);
    if (seen.has(one.id)) item.refuse(`${item.path}.id is ${shown(one.id)}, as that of another one before it.`);
    seen.add(one.id);
    return one;
  });
}

function parseMeasure(node: JsonNode): Measure {
  return {
    id: words(field(node, 'id'), 120),
    says: words(field(node, 'says'), SENTENCE),
    unit: words(field(node, 'unit'), 120),
    estimate: parseEstimate(field(node, 'estimate'), ANY),
  };
}

function parseGate(node: JsonNode): Gate {
  const gate: Gate = {
    id: words(field(node, 'id'), 120),
    says: words(field(node, 'says'), SENTENCE),
    unit: words(field(node, 'unit'), 120),
    measured: parseEstimate(field(node, 'measured'), ANY),
    side: oneOf(field(node, 'side'), ['above', 'below']),
    at: number(field(node, 'at')),
    needs: oneOf(field(node, 'needs'), ['value', 'interval']),
    passed: flag(field(node, 'passed')),
  };
  return gate;
}

function parseContrast(node: JsonNode): Contrast {
  const [p, pHolm] = [orNull(field(node, 'p'), share), orNull(field(node, 'pHolm'), share)];
  if ((p === null) !== (pHolm === null)) node.refuse(`${node.path} must have both p and pHolm or neither.`);
  if (p !== null && pHolm !== null && pHolm < p)
    node.refuse(`${node.path}.pHolm is ${pHolm}, below p, ${p}; Holm's correction never makes a p smaller.`);
  const rope = orNull(field(node, 'rope'), (item) => exactly(item, 2, number));
  const [low = 0, high = 0] = rope ?? [];
  if (low > high)
    node.refuse(`${node.path}.rope runs from ${low} to ${high}; its low end must not lie above its high end.`);
  const reading = orNull(field(node, 'reading'), (item) => oneOf(item, READINGS));
  if (rope === null && reading !== null)
    node.refuse(`${node.path}.reading is "${reading}" without a rope to read against.`);
  return {
    ...parseMeasure(node),
    p,
    pHolm,
    null: words(field(node, 'null'), SENTENCE),
    rope: rope === null ? null : [low, high],
    reading,
    detectable: orNull(field(node, 'detectable'), number),
  };
}
