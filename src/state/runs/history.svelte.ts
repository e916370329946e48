/**
 * Every run of the reader's, kept by itself: each live reading and continuation once it has come to its end or was
 * stopped. In the browser's database; where that is full or refused, in the page, from where it can still be saved.
 */
import { plural } from '../../content/numbers.ts';
import { AppError } from '../../base/errors.ts';
import type { SteeringRecord } from '../../steering/steering.ts';
import { sameSteering } from '../../steering/same-steering.ts';
import { serialiseRecording } from '../../formats/runs/recording-json.ts';
import { parseStored } from '../../worker/client/parse-stored.ts';
import type { Recording } from '../../formats/runs/recording.ts';
import { type Change, type Database, reasonOf } from '../storage/database.ts';
import { newId } from '../storage/new-id.ts';
import { once } from '../probes/probe-card.ts';
import { headOf, isRunHead, type StoredRun, type RunFile, type RunHead, sameRun } from './run-head.ts';
import type { Tabs } from '../storage/tabs.ts';

/** How much is kept; beyond, the oldest go. */
export interface HistoryLimits {
  readonly runs: number;
  readonly bytes: number;
}

/** Two hundred runs of a page's length, or twenty that fill the model's context. */
const HISTORY_LIMITS: HistoryLimits = { runs: 200, bytes: 64_000_000 };

/** What a history works with. */
export interface HistoryParts {
  readonly connect: () => Promise<Database>;
  readonly tabs: Tabs;
  /** Told once when the browser does not keep what is put there. */
  readonly warn: (problem: AppError) => void;
  readonly limits?: HistoryLimits;
}

/** The kept runs, the newest first. */
export class History {
  readonly #parts: HistoryParts;
  readonly #connect: () => Promise<Database>;
  readonly limits: HistoryLimits;
  #items = $state.raw<readonly RunHead[]>([]);
  /** Runs that the browser did not take: they live as long as the page. */
  #loose = $state.raw<ReadonlyMap<string, StoredRun>>(new Map());
  #removed = $state.raw<readonly StoredRun[]>([]);
  #dropped = $state.raw<readonly StoredRun[]>([]);
  #refusal = $state<string | null>(null);
  #warned = false;
  /** Changes come one after another: each looks at what the one before has left. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: HistoryParts) {
    this.#parts = parts;
    this.#connect = once(parts.connect);
    this.limits = parts.limits ?? HISTORY_LIMITS;
    parts.tabs.hear('runs', () => void this.open().catch((error: unknown) => this.#warn(error)));
  }

  get items(): readonly RunHead[] {
    return this.#items;
  }

  /** What {@link undo} would bring back. */
  get removed(): readonly RunHead[] {
    return this.#removed.map(({ head }) => head);
  }

  /** Runs that made room for newer ones while this page was open; their files can still be had by {@link file}. */
  get dropped(): readonly RunHead[] {
    return this.#dropped.map(({ head }) => head);
  }

  /** Why the browser does not keep runs; null while it does. */
  get refusal(): string | null {
    return this.#refusal;
  }

  /** Whether a run is there on the next visit. */
  lasts(id: string): boolean {
    return this.#refusal === null && !this.#loose.has(id);
  }

  readonly bytes = $derived.by(() => this.#items.reduce((sum, head) => sum + head.bytes, 0));

  /** Looks what is there. */
  open(): Promise<void> {
    return this.#next(async () => {
      const database = await this.#connect();
      this.#refusal = database.refusal;
      this.#show((await database.all<RunHead>('runs')).filter(isRunHead));
    });
  }

  /** Runs whose title, text, probe or steering holds every word of the query. */
  matching(query: string): readonly RunHead[] {
    const words = query
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length === 0) return this.#items;
    return this.#items.filter(({ title, text, probe, push: steering }) => {
      const whole = `${title}\n${probe}\n${steering?.words ?? ''}\n${text}`.toLowerCase();
      return words.every((word) => whole.includes(word));
    });
  }

  /** A kept run of the same text with the same probe files, steered alike, the newest, or null. */
  find(text: string, probeSha256: string, steering: SteeringRecord | null): RunHead | null {
    return (
      this.#items.find(
        (head) =>
          head.text === text && head.probeSha256 === probeSha256 && sameSteering(head.push?.record ?? null, steering),
      ) ?? null
    );
  }

  /**
   * Keeps a run under its id; one of that id or the same reading is replaced, and keeps its name, unless it has more readings:
   * then it stays. The id that it has now.
   * Never throws: what the browser does not take stays in the page, and is warned of once.
   */
  keep(recording: Recording): Promise<string> {
    return this.#next(async () => {
      const database = await this.#connect();
      const json = new TextEncoder().encode(serialiseRecording(recording));
      const seen = await this.#known(database).catch(() => this.#items);
      let placed = this.#place(recording, json, seen);
      const room = await this.#filesOf(placed.over);
      await this.#write(database, placed.unwritten, (kept) => {
        placed = this.#place(recording, json, this.#with(kept));
        // Only what can be brought back makes room: another tab may have kept more meanwhile.
        const over = placed.over.filter(({ id }) => room.has(id));
        return { ...placed, over, dropped: over.flatMap((head) => [{ head, file: room.get(head.id) as RunFile }]) };
      });
      return this.#loose.has(placed.unwritten.head.id) ? placed.unwritten.head.id : placed.head.id;
    });
  }

  /** Where a run goes among those that are known: `file` is null where the one that is kept stays. */
  #place(recording: Recording, json: Uint8Array<ArrayBuffer>, known: readonly RunHead[]): Placed {
    const fresh = headOf(recording, recording.id, json.length, moment(known));
    const before = known.find((head) => head.id === fresh.id) ?? known.find((head) => sameRun(head, fresh));
    const denser = before !== undefined && before.id !== fresh.id && before.taps > fresh.taps;
    const head =
      before === undefined
        ? fresh
        : { ...(denser ? before : fresh), id: before.id, title: before.title, savedAt: fresh.savedAt };
    const file = denser ? (this.#loose.get(head.id)?.file ?? null) : { id: head.id, json };
    const unwritten = file === null ? { head: fresh, file: { id: fresh.id, json } } : { head, file };
    return { head, file, unwritten, ...this.#after(head, known) };
  }

  /** All runs with this one, and those that it leaves no room for. */
  #after(
    head: RunHead,
    known: readonly RunHead[],
  ): { readonly all: readonly RunHead[]; readonly over: readonly RunHead[] } {
    const all = newestFirst([head, ...known.filter(({ id }) => id !== head.id)]);
    return { all, over: beyond(all, this.limits, head.id) };
  }

  /** Takes in a run from a file, as one of its own; the id that it has here. A run that is here already stays one. */
  async add(recording: Recording): Promise<string> {
    return this.keep({ ...recording, id: newId() });
  }

  /** The file of a run, wherever it lies; null where it has gone. */
  async file(id: string): Promise<RunFile | null> {
    const inPage = this.#loose.get(id) ?? this.#dropped.find(({ head }) => head.id === id);
    return inPage?.file ?? (await (await this.#connect()).get<RunFile>('run-files', id));
  }

  /** A run to be shown. Throws `recording-invalid` where its file has gone or cannot be read. */
  async recording(id: string): Promise<Recording> {
    const file = await this.file(id);
    if (file === null)
      throw new AppError(
        'recording-invalid',
        'The kept run is not there any more: another tab may have deleted it. Pick another one.',
        { id },
      );
    const recording = await parseStored(`${id}.json`, file.json);
    const title = this.#items.find((head) => head.id === id)?.title ?? recording.title;
    return { ...recording, id, title };
  }

  /** Gives another name. An empty one changes nothing. */
  rename(id: string, title: string): Promise<void> {
    return this.#next(async () => {
      const wanted = title.trim().slice(0, 200);
      const loose = this.#loose.get(id);
      const database = await this.#connect();
      const head = loose?.head ?? (await this.#known(database)).find((other) => other.id === id);
      if (head === undefined || wanted === '') return;
      const renamed = { ...head, title: wanted };
      if (loose === undefined) await this.#change(database, [{ store: 'runs', put: renamed }]);
      else this.#loose = new Map([...this.#loose, [id, { ...loose, head: renamed }]]);
      this.#show(this.#items.map((other) => (other.id === id ? renamed : other)));
    });
  }

  /** Deletes runs; {@link undo} brings those of the last time back. */
  remove(ids: readonly string[]): Promise<void> {
    return this.#next(async () => {
      const database = await this.#connect();
      const gone = this.#items.filter(({ id }) => ids.includes(id));
      const removed = await Promise.all(
        gone.map(async (head): Promise<StoredRun | null> => {
          const file = await this.file(head.id);
          return file === null ? null : { head, file };
        }),
      );
      await this.#change(
        database,
        gone.flatMap(({ id }) => removal(id)),
      );
      this.#removed = removed.filter((run) => run !== null);
      this.#loose = new Map([...this.#loose].filter(([id]) => !ids.includes(id)));
      this.#show(this.#items.filter(({ id }) => !ids.includes(id)));
    });
  }

  /** Brings back what was removed last. A run that was read again or taken in from a file meanwhile stays one. */
  undo(): Promise<void> {
    return this.#next(async () => {
      const database = await this.#connect();
      for (const { head, file } of this.#removed) {
        const known = await this.#known(database);
        if (known.some((other) => sameRun(other, head))) continue;
        // Its id may be that of a longer run by now, which stays too.
        const id = known.some((other) => other.id === head.id) ? newId() : head.id;
        await this.#put({ head: { ...head, id }, file: { ...file, id } }, known);
      }
      // Last: what cannot be brought back now is still offered.
      this.#removed = [];
    });
  }

  /** Lets go of the runs that made room. */
  forgetDropped(): void {
    this.#dropped = [];
  }

  async #put(run: StoredRun, known: readonly RunHead[]): Promise<void> {
    const { over } = this.#after(run.head, known);
    const room = await this.#filesOf(over);
    await this.#write(await this.#connect(), run, (kept) => {
      const { all } = this.#after(run.head, this.#with(kept));
      const making = over.filter(({ id }) => room.has(id));
      return {
        ...run,
        all,
        over: making,
        dropped: making.map((head) => ({ head, file: room.get(head.id) as RunFile })),
      };
    });
  }

  /** Writes in one transaction what is decided from what the database has at that moment; `run` stays in the page where that fails. */
  async #write(database: Database, run: StoredRun, decide: (kept: readonly RunHead[]) => Written): Promise<void> {
    let written: Written | null = null;
    try {
      await database.write({
        reads: 'runs',
        stores: ['runs', 'run-files'],
        decide: (kept) => {
          written = decide(kept.filter(isRunHead));
          const { head, file, over } = written;
          return [
            { store: 'runs', put: head },
            ...(file === null ? [] : [{ store: 'run-files', put: file } as const]),
            ...over.flatMap(({ id }) => removal(id)),
          ];
        },
      });
      const { head, all, over, dropped } = written as unknown as Written;
      this.#parts.tabs.tell('runs');
      this.#dropped = [...this.#dropped, ...dropped];
      this.#loose = new Map([...this.#loose].filter(([id]) => id !== head.id && !over.some((gone) => gone.id === id)));
      this.#show(all.filter((one) => !over.includes(one)));
      if (!database.lasts) this.#warn(new Error(database.refusal ?? ''));
    } catch (error) {
      this.#loose = new Map([...this.#loose, [run.head.id, run]]);
      this.#show(this.#items);
      this.#warn(error);
    }
  }

  /** The files of these runs, without those that cannot be had. */
  async #filesOf(heads: readonly RunHead[]): Promise<ReadonlyMap<string, RunFile>> {
    const files = await Promise.all(heads.map(({ id }) => this.file(id).catch(() => null)));
    return new Map(files.flatMap((file) => (file === null ? [] : [[file.id, file]])));
  }

  /** What is kept, as the database has it now: another tab may have changed it. */
  async #known(database: Database): Promise<readonly RunHead[]> {
    return this.#with((await database.all<RunHead>('runs')).filter(isRunHead));
  }

  /** What the database keeps, with what lives in the page only. */
  #with(kept: readonly RunHead[]): readonly RunHead[] {
    return [...[...this.#loose.values()].map(({ head }) => head), ...kept.filter(({ id }) => !this.#loose.has(id))];
  }

  async #change(database: Database, changes: readonly Change[]): Promise<void> {
    await database.write(changes);
    this.#parts.tabs.tell('runs');
  }

  #show(heads: readonly RunHead[]): void {
    const loose = [...this.#loose.values()].map(({ head }) => head);
    this.#items = newestFirst([...loose, ...heads.filter(({ id }) => !this.#loose.has(id))]);
  }

  #warn(error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const why = reasonOf(error);
    const unkept = this.#loose.size > 0 ? plural(this.#loose.size, 'run') : 'What you read';
    this.#parts.warn(
      new AppError(
        'storage-refused',
        `${unkept} will not be here after this tab is closed, for the browser would not store it (${why}). The list under Library has it until then: save it as a file.`,
        { why },
        error,
      ),
    );
  }

  #next<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(change);
    this.#queue = result.catch(() => undefined); // the caller gets the error
    return result;
  }
}

/** What a write makes of the list of runs. */
interface Written {
  readonly head: RunHead;
  /** Its file; null where the one that the database has stays. */
  readonly file: RunFile | null;
  readonly all: readonly RunHead[];
  /** Runs that make room. */
  readonly over: readonly RunHead[];
  /** The same with their files, from where they can still be saved. */
  readonly dropped: readonly StoredRun[];
}

/** Where a run goes, and what stays in the page where it cannot be written. */
type Placed = Omit<Written, 'dropped'> & { readonly unwritten: StoredRun };

/** Now, or the first moment after it at which nothing was kept: the order in which runs were kept is theirs. */
function moment(known: readonly RunHead[]): number {
  let now = Date.now();
  while (known.some(({ savedAt }) => savedAt === now)) now += 1;
  return now;
}

function removal(id: string): Change[] {
  return [
    { store: 'runs', remove: id },
    { store: 'run-files', remove: id },
  ];
}

function newestFirst(heads: readonly RunHead[]): readonly RunHead[] {
  return [...heads].sort((a, b) => b.savedAt - a.savedAt || a.id.localeCompare(b.id));
}

/** The oldest runs that leave no more than the limits allow; never the one that is being kept. */
function beyond(newest: readonly RunHead[], limits: HistoryLimits, keeping: string): readonly RunHead[] {
  let runs = 0;
  let bytes = 0;
  return newest.filter((head) => {
    runs += 1;
    bytes += head.bytes;
    return head.id !== keeping && (runs > limits.runs || bytes > limits.bytes);
  });
}
