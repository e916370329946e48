/** What steering has broken, told as what it is. */
import { AppError } from '../../base/errors.ts';
import type { Intervention } from '../../steering/steering.ts';

/** Does something under steering; numbers that are not finite are the steering's fault then, and throw `push-too-strong`. */
export async function underSteering<T>(intervention: Intervention, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (error.code !== 'numbers-not-finite' || intervention.length === 0) throw error;
    throw new AppError(
      'push-too-strong',
      'This steering breaks the model: its numbers are no longer finite. Take a smaller strength, or match a KL.',
      error.details,
      error,
    );
  }
}
