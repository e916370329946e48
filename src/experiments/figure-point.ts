/** An estimate as a point of a figure. */
import type { FigurePoint } from '../charts/figure.ts';
import type { Estimate } from '../stats/estimate.ts';

/** Its value, with its interval where it has one. */
export function pointOf(
  x: number | string,
  { value, low, high }: Pick<Estimate, 'value' | 'low' | 'high'>,
  label?: string,
): FigurePoint {
  return {
    x,
    y: value,
    ...(low === null || high === null ? {} : { low, high }),
    ...(label === undefined ? {} : { label }),
  };
}
