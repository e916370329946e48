/** What there is of one claim's experiment: the runs that ship, the one of this browser, and which of them is on show. */
import { AppError } from '../../base/errors.ts';
import type { ExperimentOutcome } from '../../experiments/experiment-run.ts';
import type { ExperimentReport, ExperimentRule } from '../../experiments/experiment-types.ts';
import { parseReport, parseRule } from '../../experiments/report/experiment-report.ts';
import type { NamedReport } from '../../experiments/two-poles/by-model.ts';
import { earlierSpecOf } from '../../experiments/design-words.ts';
import { field, jsonRoot } from '../../json/json-path.ts';
import type { ShippedExperiment, ShippedRun, ShippedSpec } from '../../state/probes/shipped-experiments.ts';

/** A report on show, and where it is from. */
export interface ShownReport {
  readonly report: ExperimentReport;
  readonly from: 'recorded' | 'measured' | 'file';
}

/** The card of a claim. */
export class ExperimentCard {
  readonly shipped: ShippedExperiment | null;
  #reports = $state.raw<ReadonlyMap<string, ExperimentReport>>(new Map());
  #settled = $state(false);
  #written = $state.raw<ExperimentRule | null>(null);
  #model = $state<string | null>(null);
  #wanted = $state<ShownReport['from']>('recorded');
  /** What this browser measured; null where it did not. */
  measured = $state.raw<ExperimentReport | null>(null);
  /** The results of a file of units; null where none was opened. */
  brought = $state.raw<ExperimentOutcome | null>(null);

  constructor(shipped: ShippedExperiment | null) {
    this.shipped = shipped;
    this.#model = shipped?.runs[0]?.model ?? null;
  }

  /** Models that a run ships of. */
  get models(): readonly string[] {
    return this.shipped?.runs.map(({ model }) => model) ?? [];
  }

  /** The run that is chosen of those that ship. */
  readonly run = $derived.by(
    (): ShippedRun | null => this.shipped?.runs.find(({ model }) => model === this.#model) ?? null,
  );

  /** Whether all that ships of what is chosen is known. */
  get settled(): boolean {
    return this.#settled;
  }

  readonly recorded = $derived.by((): ExperimentReport | null => this.#reports.get(this.#model ?? '') ?? null);

  /** What is on show; null where nothing ships and nothing was measured. */
  readonly shown = $derived.by((): ShownReport | null => {
    const reports = { recorded: this.recorded, measured: this.measured, file: this.brought?.report ?? null } as const;
    for (const from of [this.#wanted, 'measured', 'recorded', 'file'] as const) {
      const report = reports[from];
      if (report !== null) return { report, from };
    }
    return null;
  });

  /** The rule: of the report on show, else of the spec; null where neither is there. */
  readonly rule = $derived.by((): ExperimentRule | null => this.shown?.report.experiment.rule ?? this.#written);

  /** What there is to show, in the order in which it is offered. */
  readonly offered = $derived.by((): readonly ShownReport['from'][] => [
    ...(this.recorded === null ? [] : ['recorded' as const]),
    ...(this.measured === null ? [] : ['measured' as const]),
    ...(this.brought === null ? [] : ['file' as const]),
  ]);

  /** Shows what is recorded, what was measured here, or the results of a file. */
  show(from: ShownReport['from']): void {
    this.#wanted = from;
  }

  /** Shows the results of a run here; null forgets them. */
  take(outcome: ExperimentOutcome | null): void {
    this.measured = outcome?.report ?? null;
    this.#wanted = 'measured';
  }

  /** Shows the results of a file of units; null hides them. */
  bring(outcome: ExperimentOutcome | null): void {
    this.brought = outcome;
    this.#wanted = outcome === null ? 'recorded' : 'file';
  }

  /** Fetches what ships of the model that is chosen, and the rule where no run does. Throws `unit-invalid` or `spec-invalid`. */
  async settle(): Promise<void> {
    try {
      const { run, shipped } = this;
      if (run !== null && !this.#reports.has(run.model)) {
        const report = parseReport(await run.report());
        this.#reports = new Map(this.#reports).set(run.model, report);
      }
      if (run === null && this.#written === null && shipped?.spec) this.#written = ruleOf(await shipped.spec.text());
    } finally {
      this.#settled = true;
    }
  }

  /** Fetches every run that ships of the design in use. Throws as {@link settle}. */
  async settleAll(): Promise<void> {
    for (const run of this.shipped?.runs ?? [])
      if (!this.#reports.has(run.model))
        this.#reports = new Map(this.#reports).set(run.model, parseReport(await run.report()));
  }

  /** Reports of the same spec as the one on show: first those that ship, then the run made here, then the one of a file. */
  readonly together = $derived.by((): readonly NamedReport[] => {
    const all: NamedReport[] = [...this.#reports].map(([path, report]) => ({ path, report }));
    if (this.measured !== null) all.push({ path: 'run here', report: this.measured });
    if (this.brought !== null) all.push({ path: 'file', report: this.brought.report });
    const spec = all.find(({ report }) => report.experiment.design === 'two-poles')?.report.experiment.specSha256;
    const seen = new Set<string>();
    return all.filter(({ report: { experiment, model } }) => {
      const key = `${model.id} ${experiment.size}`;
      if (experiment.design !== 'two-poles' || experiment.specSha256 !== spec || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  });

  /** The spec that a report is of, as far as its design tells: the one in use or the earlier one. */
  specOf({ experiment }: ExperimentReport): ShippedSpec | null {
    return (earlierSpecOf(experiment) === null ? this.shipped?.spec : this.shipped?.earlier) ?? null;
  }

  /** Shows the run of another model. Throws as {@link settle}. */
  async choose(model: string): Promise<void> {
    this.#model = model;
    this.#wanted = 'recorded';
    await this.settle();
  }
}

/** The written rule of a spec, whatever its design. */
function ruleOf(jsonText: string): ExperimentRule {
  const root = jsonRoot(jsonText, 'spec', (message) => {
    throw new AppError('spec-invalid', `${message} Restore the file.`);
  });
  return parseRule(field(root, 'rule'));
}
