/** What a push has broken, told as what it is. */
import { AppError } from '../../base/errors.ts';
import type { Push } from '../../steering/steering.ts';

/** Does something under a push; numbers that are not finite are the push's fault then, and throw `push-too-strong`. */
export async function underSteering<T>(push: Push, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = AppError.from(thrown);
    if (error.code !== 'numbers-not-finite' || push.length === 0) throw error;
    throw new AppError(
      'push-too-strong',
      'This steering breaks the model: its numbers are no longer finite. Take a smaller strength, or match a KL.',
      error.details,
      error,
    );
  }
}
