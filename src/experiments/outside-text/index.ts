/** The design `outside-text`: whether a rule is harder to talk a model out of, and bends less, the less it reads of the text. */
import type { Design } from '../design.ts';
import { analyseOutsideText } from './analyse.ts';
import { preparationCost, prepareOutsideText } from './calibrate.ts';
import { reachOf, runUnit, unitsOf } from './run.ts';
import { type OutsideTextSpec, parseOutsideText } from './spec.ts';

/** The design. */
export const outsideText: Design<OutsideTextSpec> = {
  name: 'outside-text',
  parse: parseOutsideText,
  units: unitsOf,
  preparation: (spec) => preparationCost(spec),
  reach: reachOf,
  prepare: (spec, _, subject, call) => prepareOutsideText(spec, subject, call),
  run: runUnit,
  analyse: analyseOutsideText,
};
