/** The design `mixture`: whether a context weighs the characters as evidence, sentence by sentence, whatever its place. */
import type { Design } from '../design.ts';
import { analyseMixture } from './analyse.ts';
import { planOf, preparationCost, reachOf, unitsOf } from './contexts.ts';
import { parseMixture } from './parse.ts';
import { prepareMixture } from './prepare.ts';
import { runUnit } from './run.ts';
import type { MixtureSpec } from './spec.ts';

/** The earlier design of experiment A2; see docs/experiments/mixture.md. Both sizes are prepared alike. */
export const mixture: Design<MixtureSpec> = {
  name: 'mixture',
  parse: parseMixture,
  units: (spec, size) => unitsOf(spec, size).map((unit) => planOf(spec, unit)),
  preparation: (spec) => preparationCost(spec),
  reach: reachOf,
  prepare: (spec, _size, subject, call) => prepareMixture(spec, subject, call),
  run: runUnit,
  analyse: analyseMixture,
};
