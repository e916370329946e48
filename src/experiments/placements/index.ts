/** One supervision at eight places: what attacks leave of it, and where it gives way. */
import type { Design } from '../design.ts';
import { analysePlacements } from './analyse.ts';
import { parsePlacements } from './parse.ts';
import { preparationCost, preparePlacements } from './prepare.ts';
import { reachOf, runTopic, unitsOf } from './run.ts';
import type { PlacementsSpec } from './spec.ts';

/** The design; see docs/experiments/placements.md. */
export const placements: Design<PlacementsSpec> = {
  name: 'placements',
  parse: parsePlacements,
  units: unitsOf,
  preparation: preparationCost,
  reach: reachOf,
  prepare: preparePlacements,
  run: runTopic,
  analyse: analysePlacements,
};
