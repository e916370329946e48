/** What each kind of experiment is called, and where the spec lies of one that a later design took the place of. */
import type { DesignName } from './experiment-types.ts';

/** A kind of experiment in words. */
export interface DesignWords {
  readonly says: string;
  /** Of an earlier design of a shipped experiment: its spec, from the root of the repository. Null for one in use. */
  readonly earlierSpec: string | null;
}

/** By the name that specs, units and reports give. */
export const DESIGN_WORDS = {
  authors: { says: 'authors against characters, by bylines', earlierSpec: 'experiments/A/earlier/spec.json' },
  turners: { says: 'an author whose people turn, in behaviour', earlierSpec: null },
  evidence: {
    says: 'evidence that adds up, with α bounded, against its rivals and random directions',
    earlierSpec: null,
  },
  mixture: {
    says: 'evidence that adds up, against its rivals',
    earlierSpec: 'experiments/A2/earlier/spec.json',
  },
  'flip-back': { says: 'stories that turn, by a reading', earlierSpec: 'experiments/B/earlier/spec.json' },
  'outside-text': { says: 'one rule at several places, attacked', earlierSpec: 'experiments/C/earlier/spec.json' },
  placements: { says: 'one supervision at eight places, in nats', earlierSpec: null },
  midpoint: { says: 'the midpoint test in behaviour', earlierSpec: null },
  'two-poles': { says: 'the two-pole gain, free of subject', earlierSpec: null },
  punctuation: { says: 'a direction taken out at punctuation', earlierSpec: null },
  opposites: {
    says: 'opposites against unrelated acts, in four cells',
    earlierSpec: 'experiments/D/earlier/spec.json',
  },
} as const satisfies Readonly<Record<DesignName, DesignWords>>;

/** The spec of an experiment that ships and had this design before; null for one in use, and for one that a reader wrote. */
export function earlierSpecOf({ id, design }: { readonly id: string; readonly design: DesignName }): string | null {
  const { earlierSpec } = DESIGN_WORDS[design];
  return earlierSpec?.startsWith(`experiments/${id}/`) === true ? earlierSpec : null;
}

/** What stands beside a report of an earlier design; null where {@link earlierSpecOf} is. */
export function earlierWords(experiment: { readonly id: string; readonly design: DesignName }): string | null {
  return earlierSpecOf(experiment) === null
    ? null
    : `An earlier design of this experiment: ${DESIGN_WORDS[experiment.design].says}. It answers another question than the design in use.`;
}
