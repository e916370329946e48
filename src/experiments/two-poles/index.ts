/**
 * "Tropes or opposites? The two-pole gain, free of subject": what showing one pole does to turns of the other behind the same
 * opening, on axes of conduct and feeling against axes of style.
 */
import { NOTHING_PREPARED } from '../context-odds.ts';
import type { Design } from '../design.ts';
import { analyseTwoPoles } from './analyse.ts';
import { parseTwoPoles } from './parse.ts';
import { prepareAxes, reachOf, runAxis, unitsOf } from './run.ts';
import type { TwoPolesSpec } from './spec.ts';

/** The design; see docs/experiments/two-poles.md. */
export const twoPoles: Design<TwoPolesSpec> = {
  name: 'two-poles',
  parse: parseTwoPoles,
  units: unitsOf,
  preparation: () => NOTHING_PREPARED,
  reach: reachOf,
  prepare: prepareAxes,
  run: runAxis,
  analyse: analyseTwoPoles,
};
