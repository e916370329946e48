/** From the units of a mixture experiment to its verdict. */
import type { Findings, RunSize } from '../experiment-types.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import { contrastsOf, gatesOf, measuresOf } from './contrasts.ts';
import { figureOf } from './figure.ts';
import { numbersOf } from './numbers.ts';
import { preparedFromJson } from './prepare.ts';
import type { MixtureSpec } from './spec.ts';
import { tableOf } from './table.ts';
import { limitsOf, rule } from './verdict.ts';

/** The findings; the order of `units` makes no difference. Throws `units-missing` and `unit-invalid`. */
export function analyseMixture(
  spec: MixtureSpec,
  size: RunSize,
  prepared: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const kept = preparedFromJson(prepared);
  const table = tableOf(spec, size, units);
  const numbers = numbersOf(spec, size, table);
  const gates = gatesOf(spec, numbers);
  const contrasts = contrastsOf(spec, numbers);
  const { verdict, because, wouldChange } = rule(spec, gates, numbers, contrasts);
  return {
    verdict,
    because,
    gates,
    contrasts,
    measures: measuresOf(spec, numbers, kept),
    wouldChange,
    limits: limitsOf(spec, size, numbers, contrasts),
    figure: figureOf(spec, size, table, numbers),
  };
}
