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
  authors: { says: 'authors against characters, by bylines', earlierSpec: null },
  mixture: { says: 'evidence that adds up, against its rivals', earlierSpec: null },
  'flip-back': { says: 'stories that turn, by a reading', earlierSpec: 'experiments/B/earlier/spec.json' },
  'outside-text': { says: 'one rule at several places, attacked', earlierSpec: null },
  midpoint: { says: 'the midpoint test in behaviour', earlierSpec: null },
  'two-poles': { says: 'the two-pole gain, free of subject', earlierSpec: null },
  opposites: {
    says: 'opposites against unrelated acts, in four cells',
    earlierSpec: 'experiments/D/earlier/spec.json',
  },
} as const satisfies Readonly<Record<DesignName, DesignWords>>;

/** What stands beside a report of an earlier design; null for one in use. */
export function earlierWords(design: DesignName): string | null {
  const { says, earlierSpec } = DESIGN_WORDS[design];
  return earlierSpec === null
    ? null
    : `An earlier design of this experiment: ${says}. It answers another question than the design in use.`;
}
