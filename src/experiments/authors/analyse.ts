/** From the units of an authors experiment to its verdict. */
import type { Findings, RunSize } from '../experiment-types.ts';
import type { JsonObject, UnitResult } from '../design.ts';
import { contrastsOf, measuresOf } from './contrasts.ts';
import { figureOf } from './figure.ts';
import { gatesOf } from './gates.ts';
import { numbersOf } from './numbers.ts';
import { instrumentsOf } from './prepare.ts';
import type { AuthorsSpec } from './spec.ts';
import { tableOf } from './table.ts';
import { limitsOf, rule } from './verdict.ts';

/** The findings; the order of `units` makes no difference. Throws `units-missing` and `unit-invalid`. */
export function analyseAuthors(
  spec: AuthorsSpec,
  size: RunSize,
  prepared: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const instruments = instrumentsOf(prepared);
  const table = tableOf(spec, size, prepared, instruments, units);
  const numbers = numbersOf(spec, size, table);
  const gates = gatesOf(spec, numbers, instruments, table.layer);
  const contrasts = contrastsOf(spec, numbers);
  const { verdict, because, wouldChange } = rule(spec, gates, numbers.ratios, contrasts);
  const cosines = prepared['cosine'] as readonly (number | null)[] | undefined;
  return {
    verdict,
    because,
    gates,
    contrasts,
    measures: measuresOf(spec, numbers, cosines?.[table.layer] ?? null, instruments.author.topics),
    wouldChange,
    limits: limitsOf(spec, size, contrasts),
    figure: figureOf(spec, table, numbers),
  };
}
