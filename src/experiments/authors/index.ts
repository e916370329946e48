/** "Authors, not simulacra": does the stream follow who tells, or who spoke last? */
import type { Design } from '../design.ts';
import { analyseAuthors } from './analyse.ts';
import { parseAuthors } from './parse.ts';
import { planOf, preparationCost, reachOf, unitsOf } from './plan.ts';
import { prepareAuthors } from './prepare.ts';
import { runUnit } from './run.ts';
import type { AuthorsSpec } from './spec.ts';

/** The design behind experiment A; see docs/experiments/authors.md. Both sizes are prepared alike. */
export const authors: Design<AuthorsSpec> = {
  name: 'authors',
  parse: parseAuthors,
  units: (spec, size) => unitsOf(spec, size).map((unit) => planOf(spec, unit)),
  preparation: (spec) => preparationCost(spec),
  reach: reachOf,
  prepare: (spec, _size, subject, call) => prepareAuthors(spec, subject, call),
  run: runUnit,
  analyse: analyseAuthors,
};
