/**
 * "Tropes or opposites?": whether showing X makes the opposite of X cheap, and if so, where: on moral axes, or wherever
 * there is an antonym.
 */
import type { Design } from '../design.ts';
import { analyseOpposites } from './analyse.ts';
import { preparationCost, prepareAxes, reachOf, runAxis, unitsOf } from './run.ts';
import { type OppositesSpec, parseOpposites } from './spec.ts';

/** The design; see docs/experiments/opposites.md. */
export const opposites: Design<OppositesSpec> = {
  name: 'opposites',
  parse: parseOpposites,
  units: unitsOf,
  preparation: preparationCost,
  reach: reachOf,
  prepare: prepareAxes,
  run: runAxis,
  analyse: analyseOpposites,
};
