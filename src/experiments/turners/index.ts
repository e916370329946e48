/** "Does the model infer an author who turns people?": the same acts by turners and by steady hands, and what a new person does next. */
import { NOTHING_PREPARED, prepareSize } from '../context-odds.ts';
import type { Design } from '../design.ts';
import { analyseTurners } from './analyse.ts';
import { parseTurners } from './parse.ts';
import { reachOf, runPerson, unitsOf } from './run.ts';
import type { TurnersSpec } from './spec.ts';

/** The design; see docs/experiments/turners.md. */
export const turners: Design<TurnersSpec> = {
  name: 'turners',
  parse: parseTurners,
  units: unitsOf,
  preparation: () => NOTHING_PREPARED,
  reach: reachOf,
  prepare: prepareSize,
  run: runPerson,
  analyse: analyseTurners,
};
