/** The design `evidence`: whether a context weighs the characters as evidence, with a bound on how sentences add up. */
import type { Design } from '../design.ts';
import { reachOf } from '../mixture/contexts.ts';
import { analyseEvidence } from './analyse.ts';
import { parseEvidence } from './parse.ts';
import { plansOf, preparationOf } from './plan.ts';
import { prepareEvidence } from './prepare.ts';
import { runEvidence } from './run.ts';
import type { EvidenceSpec } from './spec.ts';

/** The design behind experiment A2; see docs/experiments/evidence.md. Both sizes are prepared alike. */
export const evidence: Design<EvidenceSpec> = {
  name: 'evidence',
  parse: parseEvidence,
  units: plansOf,
  preparation: preparationOf,
  reach: reachOf,
  prepare: (spec, _size, subject, call) => prepareEvidence(spec, subject, call),
  run: runEvidence,
  analyse: analyseEvidence,
};
