/** What the header and more than one place say of a training. */
import type { TrainingProgress } from '../probe/training-plan.ts';

/** A choice with its name and its one line. */
export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly says: string;
}

/** What happens in each stage: for the progress bar, and in one word for the header. */
export const TRAINING_STAGE: Readonly<
  Record<TrainingProgress['stage'], { readonly long: string; readonly short: string; readonly unit: string }>
> = {
  reading: { long: 'The model reads the texts', short: 'Reading', unit: 'texts' },
  fitting: { long: 'Fitting a direction at every layer', short: 'Fitting', unit: 'layers' },
  judging: { long: 'Judging: every topic left out, shuffled labels, controls', short: 'Judging', unit: 'steps' },
  tokens: {
    long: 'Reading neutral stories word by word, for the zero of single tokens',
    short: 'Stories',
    unit: 'stories',
  },
  readout: { long: 'Reading inside sentences too, and fitting what is read there', short: 'Readout', unit: 'steps' },
};
