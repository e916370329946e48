/**
 * The planned contrasts: ΔW over all axes, and what being moral, having an antonym, and both do to it in
 *   ΔW = b0 + bM M + bO O + bMO M·O + bv |valence difference| + bp prior,
 * with M and O at ±0.5. Intervals resample whole axes; p shuffles what the model without the coefficient leaves (Freedman and Lane).
 */
import { clusterMean } from '../../stats/effect.ts';
import type { Contrast } from '../experiment-types.ts';
import { freedmanLane } from '../../stats/linear/freedman-lane.ts';
import { holm } from '../../stats/holm.ts';
import { type Columns, leastSquares, resampledLeastSquares } from '../../stats/linear/least-squares.ts';
import { detectable, detectableBetween, detectableBy } from '../../stats/power.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { ropeReading } from '../rope.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import { standardDeviation } from '../../stats/stats.ts';
import type { AxisRow } from './rows.ts';
import { CELLS, type OppositesSpec } from './spec.ts';

/** The unit of every outcome here. */
export const UNIT = 'bits an act';

/** The contrasts and the fit behind them. */
export interface Planned {
  readonly overall: Contrast;
  readonly moral: Contrast;
  readonly antonym: Contrast;
  readonly both: Contrast;
  /** One a cell, in the order of CELLS; intervals only. */
  readonly cells: readonly Contrast[];
  /** The smallest effects that plain differences of means would find: what `detectable` of the three is without adjusting. */
  readonly unadjusted: Readonly<Record<'moral' | 'antonym' | 'both', number | null>>;
  /** Coefficients of what was adjusted for: `valence`, `prior`; those that do not vary, or that the factors determine, are missing. */
  readonly adjusted: Readonly<Record<string, Estimate>>;
}

/** All planned contrasts from the rows. */
export function plannedContrasts(spec: OppositesSpec, rows: readonly AxisRow[]): Planned {
  const { draws, seed, permutations, thresholds } = spec;
  const rope: readonly [number, number] = [-thresholds.ropeBits, thresholds.ropeBits];
  const y = rows.map(({ specific }) => specific);
  const covariates = covariatesOf(rows, y);
  const columns = columnsOf(rows, covariates);
  const coefficients = resampledLeastSquares(columns, y, draws, seed);
  const flips = signFlip(y, permutations, seed);
  const shuffled = (coefficient: 'moral' | 'antonym' | 'both'): number =>
    freedmanLane(columns, y, coefficient, permutations, seed).p;
  const ps = [flips.p, shuffled('moral'), shuffled('antonym'), shuffled('both')].map((p) =>
    p === null || Number.isNaN(p) ? null : p,
  );
  const corrected = holm(ps);
  const sds = (side: (row: AxisRow) => number): readonly [number, number, number, number] => {
    const [up, down] = [1, -1].map((sign) =>
      rows.filter((row) => Math.sign(side(row)) === sign).map(({ specific }) => specific),
    );
    return [
      standardDeviation(up ?? [], 'sample'),
      up?.length ?? 0,
      standardDeviation(down ?? [], 'sample'),
      down?.length ?? 0,
    ];
  };
  // The intercept and the columns take one degree of freedom each.
  const freedom = rows.length - 1 - Object.keys(columns).length;
  const coefficient = (id: 'moral' | 'antonym' | 'both', at: number, says: string): Contrast => {
    const { estimate, standardError } = coefficients[id] ?? {
      estimate: { value: NaN, low: null, high: null, n: rows.length },
      standardError: NaN,
    };
    return {
      id,
      says,
      unit: UNIT,
      estimate,
      p: ps[at] ?? null,
      pHolm: corrected[at] ?? null,
      null: `what the model without it leaves is shuffled among the axes (Freedman–Lane), ${permutations} times`,
      rope,
      reading: ropeReading(estimate, rope),
      detectable: known(detectableBy(standardError, freedom)),
    };
  };
  const overall = clusterMean(y, draws, seed);
  return {
    overall: {
      id: 'overall',
      says: 'gain of the opposite over the unrelated act where X is shown, over all axes',
      unit: UNIT,
      estimate: overall,
      p: ps[0] ?? null,
      pHolm: corrected[0] ?? null,
      null: flips.exact ? 'signs of axes flipped, all ways' : `signs of axes flipped, ${permutations} times`,
      rope,
      reading: ropeReading(overall, rope),
      detectable: known(detectable(standardDeviation(y, 'sample'), rows.length)),
    },
    moral: coefficient('moral', 1, 'what being moral adds, with valence and prior taken account of'),
    antonym: coefficient('antonym', 2, 'what having an antonym adds, with valence and prior taken account of'),
    both: coefficient('both', 3, 'how much more an antonym adds on moral axes than on others'),
    cells: CELLS.map(({ id, says }): Contrast => {
      const mine = rows.filter(({ cell }) => cell === id).map(({ specific }) => specific);
      const estimate = clusterMean(mine, draws, seed);
      return {
        id,
        says: `the same, axes that are ${says}`,
        unit: UNIT,
        estimate,
        p: null,
        pHolm: null,
        null: 'interval only',
        rope,
        reading: ropeReading(estimate, rope),
        detectable: known(detectable(standardDeviation(mine, 'sample'), mine.length)),
      };
    }),
    unadjusted: {
      moral: known(detectableBetween(...sds(({ moral }) => moral))),
      antonym: known(detectableBetween(...sds(({ antonym }) => antonym))),
      both: known(2 * detectableBetween(...sds(({ moral, antonym }) => moral * antonym))),
    },
    adjusted: Object.fromEntries(
      covariates.flatMap((name) => {
        const found = coefficients[name]?.estimate;
        return found === undefined ? [] : [[name, found]];
      }),
    ),
  };
}

type Covariate = 'valence' | 'prior';

/** What can be adjusted for: what varies and is not determined by the factors. */
function covariatesOf(rows: readonly AxisRow[], y: readonly number[]): readonly Covariate[] {
  const all: readonly (readonly Covariate[])[] = [['valence', 'prior'], ['prior'], ['valence']];
  return all.find((some) => Number.isFinite(leastSquares(columnsOf(rows, some), y).coefficients['intercept'])) ?? [];
}

function columnsOf(rows: readonly AxisRow[], covariates: readonly Covariate[]): Columns {
  return {
    moral: rows.map(({ moral }) => moral),
    antonym: rows.map(({ antonym }) => antonym),
    both: rows.map(({ moral, antonym }) => moral * antonym),
    ...Object.fromEntries(covariates.map((name) => [name, rows.map((row) => row[name])])),
  };
}

function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
