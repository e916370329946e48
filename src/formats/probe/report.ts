/**
 * `report.json`, the judgement of a probe, beside the probe's two files. Reading checks everything and refuses by path;
 * writing is deterministic and passes through the same checks, so that no report is written that cannot be read again.
 */
import { AppError } from '../../base/errors.ts';
import type { ProbeHead } from '../../probe/probe-head.ts';
import type { Report } from '../../probe/report-types.ts';
import { significantAll } from '../../base/round.ts';
import { field, fileObject, has, integer, type JsonNode, list, type Refuse, words } from '../../json/json-path.ts';
import { identifier, parseAxis, sha256 } from '../../json/json-values.ts';
import { layOut } from '../../json/lay-out.ts';
import { parseDrift } from './probe-parts.ts';
import { parseReadoutEvidence } from './readout-evidence.ts';
import {
  orNull,
  parseBaselines,
  parseControl,
  parseCurve,
  parsePlatt,
  parsePoles,
  parseSelectivity,
  parseTransfer,
} from './report-parts.ts';

const FORMAT = 'flipside-report';
/**
 * Version 1 had no baseline of embeddings, no chat form, no parts, and no layer of its own for a style that was left out;
 * version 2 had nothing of the readout.
 */
const VERSION = 3;
const MAX_LAYERS = 512;

/** Reads a report; throws `probe-invalid` with the path of the first thing that is wrong. */
export function parseReport(jsonText: string): Report {
  const refuse: Refuse = (message) => {
    throw new AppError('probe-invalid', `${message} Restore the report, or train the probe again.`);
  };
  return toReport(fileObject(jsonText, 'report', FORMAT, VERSION, refuse));
}

/**
 * Writes a report with six significant digits; equal reports give equal files. Throws `internal` (names the path) for a
 * report that could not be read again, such as one with a number that is not finite.
 */
export function serialiseReport(report: Report): string {
  const refuse: Refuse = (message) => {
    throw new AppError('internal', `${message} This is a fault in Flipside: copy the diagnostics and report it.`);
  };
  const checked = toReport({ value: report, path: 'report', refuse });
  return `${layOut({ format: FORMAT, version: VERSION, ...significantAll(checked) })}\n`;
}

/** Throws `probe-invalid` where a report is the judgement of another probe; `sha256` is that of the probe's two files, where known. */
export function assertReportFits(report: Report, probe: Pick<ProbeHead, 'id' | 'model'>, sha256?: string): void {
  const layers = probe.model.layerCount + 1;
  const judged = report.curves[0]?.auroc.length ?? 0;
  if (report.probe.id === probe.id && judged === layers && (sha256 === undefined || report.probe.sha256 === sha256))
    return;
  const details = {
    probe: probe.id,
    reportProbe: report.probe.id,
    layers,
    reportLayers: judged,
    sha256: sha256 ?? null,
    reportSha256: report.probe.sha256,
  };
  throw new AppError(
    'probe-invalid',
    `The report judges "${report.probe.id}" (${judged} layers, files ${report.probe.sha256.slice(0, 12)}…), not this "${probe.id}" (${layers} layers${sha256 === undefined ? '' : `, files ${sha256.slice(0, 12)}…`}). Open the report that was made with the probe, or train it again.`,
    details,
  );
}

function toReport(root: JsonNode): Report {
  const probe = field(root, 'probe');
  const curveNodes = list(field(root, 'curves'), 1, 64);
  const layers = list(field(curveNodes[0] ?? root, 'auroc'), 1, MAX_LAYERS).length;
  return {
    probe: { id: identifier(field(probe, 'id')), sha256: sha256(field(probe, 'sha256')) },
    axis: parseAxis(field(root, 'axis')),
    layer: integer(field(root, 'layer'), 0, layers - 1),
    topics: integer(field(root, 'topics'), 1, 100_000),
    readings: integer(field(root, 'readings'), 1, 1_000_000),
    curves: curveNodes.map((curve) => parseCurve(curve, layers)),
    baselines: parseBaselines(field(root, 'baselines'), layers),
    selectivity: orNull(field(root, 'selectivity'), parseSelectivity),
    calibration: parsePlatt(field(root, 'calibration')),
    poles: parsePoles(field(root, 'poles')),
    transfer: list(field(root, 'transfer'), 0, 256).map((item) => parseTransfer(item, layers)),
    controls: list(field(root, 'controls'), 0, 64).map(parseControl),
    drift: parseDrift(field(root, 'drift')),
    readout: has(root, 'readout') ? orNull(field(root, 'readout'), parseReadoutEvidence) : null,
    caveats: list(field(root, 'caveats'), 0, 64).map((caveat) => words(caveat, 1000)),
  };
}
