/** The readout's part of a report file. */
import type { Estimate } from '../../stats/estimate.ts';
import { RAW_VIEWS, type RawView, type ReadoutEvidence } from '../../probe/trace-types.ts';
import { field, type JsonNode, list } from '../../json/json-path.ts';
import { oneOf } from '../../json/json-values.ts';
import { parseEstimate, parseEvidence } from './report-parts.ts';

/** Reads it; refuses by path. */
export function parseReadoutEvidence(node: JsonNode): ReadoutEvidence {
  return {
    ...parseEvidence(node),
    raw: list(field(node, 'raw'), 0, RAW_VIEWS.length).map((view) => ({
      grain: oneOf<RawView>(field(view, 'grain'), RAW_VIEWS),
      within: auroc(field(view, 'within')),
      pooled: auroc(field(view, 'pooled')),
    })),
  };
}

const auroc = (node: JsonNode): Estimate => parseEstimate(node, [0, 1]);
