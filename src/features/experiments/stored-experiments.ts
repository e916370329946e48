/** What this browser has run of experiments: every part as it ended, the reports that came of whole runs, and specs of the reader's own. */
import type { ExperimentOutcome, ExperimentPart } from '../../experiments/experiment-run.ts';
import type { ExperimentReport, RunSize } from '../../experiments/experiment-types.ts';
import { parseReport, serialiseReport } from '../../experiments/report/experiment-report.ts';
import type { Change, Database } from '../../state/storage/database.ts';

/** What ran: another model or engine has parts and reports of its own. */
export interface RunnerKey {
  readonly weightsSha256: string;
  readonly backend: string;
}

/** What parts belong to. */
export interface RunKey extends RunnerKey {
  readonly specSha256: string;
}

/** A spec of the reader's own. */
export interface StoredSpec {
  readonly sha256: string;
  readonly source: string;
}

/** How much is kept. */
export interface StoredAmount {
  readonly units: number;
  readonly reports: number;
  readonly specs: number;
  /** Characters of all texts, which are bytes but for a few. */
  readonly bytes: number;
}

interface StoredText {
  readonly id: string;
  readonly text: string;
}

interface StoredDated extends StoredText {
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

const PARTS = 'experiment-parts';
const REPORTS = 'experiment-reports';
/** Begins the ids of specs, and of units in one file, where parts have theirs. */
const SPECS = 'spec/';
const UNITS = 'units/';

/** Over the page's database. */
export class StoredExperiments {
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
    return (await (await this.#connect()).under<StoredText>(PARTS, prefix)).map(({ id, text }) => ({
      id: id.slice(prefix.length),
      text,
    }));
  }

  /** Units of a spec that are kept, of each size; where several models or engines ran it, of the one that ran most. */
  async count(specSha256: string): Promise<Readonly<Record<RunSize, number>>> {
    const byRunner = new Map<string, Record<RunSize, number>>();
    for (const id of await (await this.#connect()).ids(PARTS, `${specSha256}/`)) {
      const [, weights, backend, size, part] = id.split('/');
      if (part === undefined || part === 'prepared' || (size !== 'quick' && size !== 'full')) continue;
      const counts = byRunner.get(`${weights} ${backend}`) ?? { quick: 0, full: 0 };
      counts[size] += 1;
      byRunner.set(`${weights} ${backend}`, counts);
    }
    const amount = ({ quick, full }: Record<RunSize, number>): number => quick + full;
    return [...byRunner.values()].sort((a, b) => amount(b) - amount(a))[0] ?? { quick: 0, full: 0 };
  }

  /** Keeps a part. Throws what the browser says where it has no room. */
  async keep(key: RunKey, { id, text }: ExperimentPart): Promise<void> {
    const put: StoredText = { id: prefixOf(key) + id, text };
    await (await this.#connect()).write([{ store: PARTS, put }]);
  }

  /** Stores the results of a whole run. Throws as {@link keep}. */
  async keepOutcome({ report, units }: ExperimentOutcome): Promise<void> {
    const put: StoredDated = { id: reportId(report), text: serialiseReport(report), savedAt: this.#clock() };
    const all: StoredText = { id: UNITS + reportId(report), text: units };
    await (
      await this.#connect()
    ).write([
      { store: REPORTS, put },
      { store: PARTS, put: all },
    ]);
  }

  /**
   * The report of the largest run of a spec: of `runner` where it has run, else of whatever has; null where there is
   * none that can be read.
   */
  async report(specSha256: string, runner: RunnerKey | null): Promise<ExperimentReport | null> {
    const database = await this.#connect();
    const own = runner === null ? [] : await database.under<StoredDated>(REPORTS, prefixOf({ specSha256, ...runner }));
    const kept = own.length > 0 ? own : await database.under<StoredDated>(REPORTS, `${specSha256}/`);
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
    return (await (await this.#connect()).get<StoredText>(PARTS, UNITS + reportId(report)))?.text ?? null;
  }

  /** Specs of the reader's own, those that were kept first first. */
  async specs(): Promise<readonly StoredSpec[]> {
    const kept = await (await this.#connect()).under<StoredDated>(PARTS, SPECS);
    return [...kept]
      .sort((a, b) => a.savedAt - b.savedAt)
      .map(({ id, text }) => ({ sha256: id.slice(SPECS.length), source: text }));
  }

  /** Keeps a spec of the reader's own. Throws as {@link keep}. */
  async keepSpec({ sha256, source }: StoredSpec): Promise<void> {
    const put: StoredDated = { id: SPECS + sha256, text: source, savedAt: this.#clock() };
    await (await this.#connect()).write([{ store: PARTS, put }]);
  }

  /** Forgets a spec; what has run of it stays. */
  async dropSpec(sha256: string): Promise<void> {
    await (await this.#connect()).write([{ store: PARTS, remove: SPECS + sha256 }]);
  }

  /** Forgets every part and report of a spec. */
  async forget(specSha256: string): Promise<void> {
    await this.#remove(`${specSha256}/`, `${UNITS}${specSha256}/`);
  }

  /** What is kept of all experiments. */
  async amount(): Promise<StoredAmount> {
    const database = await this.#connect();
    const [texts, reports] = [await database.all<StoredText>(PARTS), await database.all<StoredText>(REPORTS)];
    const specs = texts.filter(({ id }) => id.startsWith(SPECS)).length;
    const units = texts.filter(
      ({ id }) => !id.startsWith(SPECS) && !id.startsWith(UNITS) && !id.endsWith('/prepared'),
    ).length;
    return {
      units,
      reports: reports.length,
      specs,
      bytes: [...texts, ...reports].reduce((sum, { text }) => sum + text.length, 0),
    };
  }

  /** Forgets all of it. */
  async forgetAll(): Promise<void> {
    await this.#remove('');
  }

  async #remove(...prefixes: readonly string[]): Promise<void> {
    const database = await this.#connect();
    const changes: Change[] = [];
    for (const store of [PARTS, REPORTS] as const) {
      for (const prefix of prefixes)
        changes.push(...(await database.ids(store, prefix)).map((id) => ({ store, remove: id })));
    }
    await database.write(changes);
  }
}

function prefixOf({ specSha256, weightsSha256, backend }: RunKey): string {
  return `${specSha256}/${weightsSha256}/${backend}/`;
}

function reportId({ experiment: { specSha256, size }, model: { weightsSha256 }, backend }: ExperimentReport): string {
  return prefixOf({ specSha256, weightsSha256, backend }) + size;
}

function rank({ id }: StoredText): number {
  return (['quick', 'full'] satisfies RunSize[]).findIndex((size) => id.endsWith(`/${size}`));
}
