/**
 * "Waluigis can flip back": stories that turn from one pole to the other and back, read at neutral control texts, and stories
 * that the model writes itself.
 */
import type { Design } from '../design.ts';
import { analyseFlipBack } from './analyse.ts';
import { parseFlipBack } from './parse.ts';
import { prepareFlipBack, readPrepared } from './prepare.ts';
import { runRollouts } from './rollouts.ts';
import type { FlipBackSpec } from './spec.ts';
import { runStory } from './story-unit.ts';
import { partsOf, preparationCost, reachOf } from './units.ts';

/** The design `flip-back`; `docs/experiments/flip-back.md` says what it measures and why. */
export const flipBack: Design<FlipBackSpec> = {
  name: 'flip-back',
  parse: parseFlipBack,
  units: (spec, size) => partsOf(spec, size).map(({ plan }) => plan),
  preparation: preparationCost,
  reach: reachOf,
  prepare: prepareFlipBack,
  run: async (spec, unit, prepared, subject, call) => {
    const ready = readPrepared(prepared);
    const found = partsOf(spec, ready.size).find(({ plan }) => plan.id === unit.id)?.part;
    if (found === undefined) throw new RangeError(`there is no unit ${unit.id} in a ${ready.size} run`);
    return found.kind === 'story'
      ? runStory(spec, found.axis, found.story, ready, subject, call)
      : runRollouts(spec, found.prompt, found.part, ready, subject, call);
  },
  analyse: analyseFlipBack,
};
