/** The neutral stories: where a strength has its unit from, and on which its KL is measured. */
import { AppError } from '../../base/errors.ts';
import { STORIES_SET } from '../../probe/training-defaults.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { once } from './probe-card.ts';
import { shippedSets } from './shipped-sets.ts';

/** The set as it ships. Throws `set-invalid` where it is missing. */
export const neutralStories = once(async (): Promise<SetSource> => {
  const set = (await shippedSets()).sets.find(({ name }) => name === STORIES_SET);
  if (set === undefined)
    throw new AppError(
      'set-invalid',
      `The set ${STORIES_SET} is missing, so no strength has a unit. Load the page again.`,
    );
  return set.source();
});
