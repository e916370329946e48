/** From units to the report: analysed, and said what it belongs to. */
import type { ExperimentReport } from './experiment-types.ts';
import { trueMinus } from './verdict-words.ts';
import type { Findings } from './experiment-types.ts';
import type { LoadedSpec } from './spec.ts';
import { assertComplete, sortedUnits, type UnitSet } from './unit-file.ts';
import { AppError } from '../base/errors.ts';

/** `unitsSha256` is that of the text of `serialiseUnits`. Throws `unit-invalid` and `units-missing`. */
export function makeReport({ spec, design, sha256 }: LoadedSpec, set: UnitSet, unitsSha256: string): ExperimentReport {
  const { head, prepared, units } = set;
  if (head.specSha256 !== sha256)
    throw new AppError(
      'unit-invalid',
      `units.specSha256 is ${head.specSha256}, and the spec's is ${sha256}. Take the spec that the units were run with, or run them anew.`,
    );
  assertComplete(design.units(spec, head.size), units);
  const { id, title, claim, rule } = spec;
  const findings = inRange(() => design.analyse(spec, head.size, prepared, sortedUnits(units)));
  return {
    experiment: { id, design: design.name, title, claim, rule, specSha256: sha256, size: head.size },
    model: head.model,
    backend: head.backend,
    units: units.length,
    unitsSha256,
    ...findings,
    because: trueMinus(findings.because),
    wouldChange: findings.wouldChange.map(trueMinus),
    limits: findings.limits.map(trueMinus),
  };
}

/** What an analysis finds; units come from files, and numbers that no run gives are the file's fault and not the program's. */
function inRange(analyse: () => Findings): Findings {
  const refuse = (why: string, cause?: unknown): never => {
    throw new AppError(
      'unit-invalid',
      `The units cannot be analysed: ${why}. They hold numbers that no run gives: take the units as flipside wrote them, or run them anew.`,
      {},
      cause,
    );
  };
  let findings: Findings;
  try {
    findings = analyse();
  } catch (error) {
    if (error instanceof RangeError) return refuse(error.message, error);
    throw error;
  }
  const odd = pathOfNonFinite(findings, 'findings');
  return odd === null ? findings : refuse(`${odd} is not a finite number`);
}

/** Where the first number lies that is none; null where all are finite. */
function pathOfNonFinite(value: unknown, path: string): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : path;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    const found = pathOfNonFinite(member, `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
