/** What this browser has run of experiments: every part as it ended, and the reports that came of whole runs. */
import type { ExperimentOutcome, ExperimentPart } from '../core/experiment-run.ts';
import type { ExperimentReport, RunSize } from '../core/experiment-types.ts';
import { parseReport, serialiseReport } from '../format/experiment-report.ts';
import type { Database } from './database.ts';

/** What parts belong to: another spec, model or engine has parts of its own. */
export interface RunKey {
  readonly specSha256: string;
  readonly weightsSha256: string;
  readonly backend: string;
}

interface KeptText {
  readonly id: string;
  readonly text: string;
}

interface KeptReport extends KeptText {
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

/** Over the page's database. */
export class KeptExperiments {
  readonly #connect: () => Promise<Database>;
  readonly #clock: () => number;

  constructor(connect: () => Promise<Database>, clock: () => number = () => Date.now()) {
    this.#connect = connect;
    this.#clock = clock;
  }

  /** Whether what is kept outlives the page. */
  async lasts(): Promise<boolean> {
    return (await this.#connect()).lasts;
  }

  /** The parts that have run, of both sizes. */
  async parts(key: RunKey): Promise<readonly ExperimentPart[]> {
    const prefix = prefixOf(key);
    return (await (await this.#connect()).under<KeptText>('experiment-parts', prefix)).map(({ id, text }) => ({ id: id.slice(prefix.length), text }));
  }

  /** Keeps a part. Throws what the browser says where it has no room. */
  async keep(key: RunKey, { id, text }: ExperimentPart): Promise<void> {
    const put: KeptText = { id: prefixOf(key) + id, text };
    await (await this.#connect()).write([{ store: 'experiment-parts', put }]);
  }

  /** Keeps what came of a whole run. Throws as {@link keep}. */
  async keepOutcome({ report, units }: ExperimentOutcome): Promise<void> {
    const { experiment } = report;
    const id = `${experiment.specSha256}/${experiment.size}`;
    const put: KeptReport = { id, text: serialiseReport(report), savedAt: this.#clock() };
    const all: KeptText = { id: unitsId(report), text: units };
    await (await this.#connect()).write([{ store: 'experiment-reports', put }, { store: 'experiment-parts', put: all }]);
  }

  /** The report of the largest run of a spec; null where there is none that can be read. */
  async report(specSha256: string): Promise<ExperimentReport | null> {
    const kept = await (await this.#connect()).under<KeptReport>('experiment-reports', `${specSha256}/`);
    const best = [...kept].sort((a, b) => rank(b) - rank(a) || b.savedAt - a.savedAt)[0];
    try {
      return best === undefined ? null : parseReport(best.text);
    } catch {
      // Of an older version of the page: it is measured again.
      return null;
    }
  }

  /** `units.jsonl` of a run that is kept; null where it is not. */
  async units(report: ExperimentReport): Promise<string | null> {
    return (await (await this.#connect()).get<KeptText>('experiment-parts', unitsId(report)))?.text ?? null;
  }

  /** Forgets every part and report of a spec. */
  async forget(specSha256: string): Promise<void> {
    const database = await this.#connect();
    const [parts, units, reports] = [await database.under('experiment-parts', `${specSha256}/`), await database.under('experiment-parts', `units/${specSha256}/`), await database.under('experiment-reports', `${specSha256}/`)];
    await database.write([...[...parts, ...units].map(({ id }) => ({ store: 'experiment-parts' as const, remove: id })), ...reports.map(({ id }) => ({ store: 'experiment-reports' as const, remove: id }))]);
  }
}

function prefixOf({ specSha256, weightsSha256, backend }: RunKey): string {
  return `${specSha256}/${weightsSha256}/${backend}/`;
}

function unitsId({ experiment: { specSha256, size } }: ExperimentReport): string {
  return `units/${specSha256}/${size}`;
}

function rank({ id }: KeptReport): number {
  return (['quick', 'full'] satisfies RunSize[]).findIndex((size) => id.endsWith(`/${size}`));
}
