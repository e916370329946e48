/** The probes that the reader keeps in this browser. */
import { AppError } from '../../base/errors.ts';
import { visibleLine } from '../../text/visible-text.ts';
import { once, type BundleFiles, type ProbeOffer } from './probe-card.ts';
import { readOffer } from './read-offer.ts';
import { reasonOf } from '../storage/database.ts';
import { newId } from '../storage/new-id.ts';
import { sha256Hex } from '../storage/sha256.ts';
import type { Shelf } from '../storage/shelf.ts';
import { NO_TABS, type Tabs } from '../storage/tabs.ts';

/** A probe as it lies on the shelf. */
export interface StoredProbe extends BundleFiles {
  readonly id: string;
  /** The reader's own name for it; the file keeps its title. */
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
}

/** A file that the reader picked or dropped. */
export interface PickedFile {
  readonly name: string;
  /** Bytes, where they are known before it is read. */
  readonly size?: number;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Kept probes, the newest first. */
export class Library {
  readonly #connect: () => Promise<Shelf<StoredProbe>>;
  readonly #tabs: Tabs;
  #items = $state.raw<readonly StoredProbe[]>([]);
  #removed = $state.raw<StoredProbe | null>(null);
  #lasts = $state(true);

  /** `tabs`: where a change in another tab is heard of, and one in this tab is announced. */
  constructor(connect: () => Promise<Shelf<StoredProbe>>, tabs: Tabs = NO_TABS) {
    this.#connect = once(connect);
    this.#tabs = tabs;
    // What cannot be read now is what was here before; the next change says what is wrong.
    tabs.hear('probes', () => void this.open().catch(() => undefined));
  }

  get items(): readonly StoredProbe[] {
    return this.#items;
  }

  /** What {@link undo} would bring back. */
  get removed(): StoredProbe | null {
    return this.#removed;
  }

  /** Whether what is kept outlives the page; false where the browser refuses to store. */
  get lasts(): boolean {
    return this.#lasts;
  }

  /** What the page can offer of it. */
  readonly offers = $derived.by((): readonly ProbeOffer[] => this.#items.map(offer));

  /** Looks what is there. */
  async open(): Promise<void> {
    const shelf = await this.#connect();
    this.#lasts = shelf.lasts;
    this.#items = [...(await shelf.all())].sort((a, b) => b.savedAt - a.savedAt);
  }

  /** Keeps a probe under a name that no other has; its key among the offers. */
  async keep(title: string, files: BundleFiles): Promise<string> {
    const { json, tensors, reportJson } = files;
    const kept = {
      id: newId(),
      title: this.#freeTitle(visibleLine(title)),
      savedAt: Date.now(),
      json,
      tensors,
      reportJson,
    };
    await this.#put(kept);
    this.#items = [kept, ...this.#items];
    return keyOf(kept.id);
  }

  /** Gives another name. An empty one changes nothing. */
  async rename(id: string, title: string): Promise<void> {
    const wanted = visibleLine(title.trim().slice(0, 200));
    const before = this.#items.find((item) => item.id === id);
    if (before === undefined || wanted === '' || wanted === before.title) return;
    const renamed = { ...before, title: this.#freeTitle(wanted) };
    await this.#put(renamed);
    this.#items = this.#items.map((item) => (item.id === id ? renamed : item));
  }

  /** Takes a probe off the shelf; {@link undo} brings the last one back. */
  async remove(id: string): Promise<void> {
    const removed = this.#items.find((item) => item.id === id);
    if (removed === undefined) return;
    await (await this.#connect()).remove(id);
    this.#tabs.tell('probes');
    this.#removed = removed;
    this.#items = this.#items.filter((item) => item.id !== id);
  }

  /** Brings back what was removed last. */
  async undo(): Promise<void> {
    const back = this.#removed;
    if (back === null) return;
    await this.#put(back);
    this.#removed = null;
    this.#items = [...this.#items, back].sort((a, b) => b.savedAt - a.savedAt);
  }

  /** Takes in the files of a probe. Throws `usage` where one is missing, or what is wrong with a file. */
  async import(files: readonly PickedFile[]): Promise<string> {
    const named = (ending: string): PickedFile | undefined => files.find((file) => file.name.endsWith(ending));
    const reportFile = files.find((file) => /report[^/]*\.json$/.test(file.name));
    const jsonFile = files.find((file) => file.name.endsWith('.json') && file !== reportFile);
    const tensorFile = named('.safetensors');
    if (jsonFile === undefined || tensorFile === undefined) {
      const names = files.map((file) => file.name).join(', ');
      throw new AppError(
        'usage',
        `A probe is two files, probe.json and directions.safetensors, with report.json if it has one; got ${names}. Pick them together.`,
        { names },
      );
    }
    const [json, tensors, reportJson] = await Promise.all([
      jsonFile.text(),
      tensorFile.arrayBuffer(),
      reportFile?.text() ?? null,
    ]);
    const [{ parseProbe }, { assertReportFits, parseReport }] = await Promise.all([
      import('../../formats/probe/probe.ts'),
      import('../../formats/probe/report.ts'),
    ]);
    const probe = parseProbe(json, new Uint8Array(tensors));
    if (reportJson !== null)
      assertReportFits(
        parseReport(reportJson),
        probe,
        await sha256Hex([new TextEncoder().encode(json), new Uint8Array(tensors)]),
      );
    return this.keep(probe.title, { json, tensors, reportJson });
  }

  async #put(item: StoredProbe): Promise<void> {
    try {
      await (await this.#connect()).put(item);
      this.#tabs.tell('probes');
    } catch (error) {
      const why = reasonOf(error);
      throw new AppError(
        'storage-refused',
        `The browser would not store the probe (${why}). Export its files instead, or free some room.`,
        { why },
      );
    }
  }

  #freeTitle(wanted: string): string {
    const taken = new Set(this.#items.map((item) => item.title));
    for (let number = 1; ; number += 1) {
      const title = number === 1 ? wanted : `${wanted} (${number})`;
      if (!taken.has(title)) return title;
    }
  }
}

/** The key of a kept probe among the offers. */
export function keyOf(id: string): string {
  return `kept:${id}`;
}

function offer(item: StoredProbe): ProbeOffer {
  return readOffer({
    key: keyOf(item.id),
    title: item.title,
    origin: 'kept',
    json: async () => item.json,
    tensors: async () => item.tensors.slice(0),
    reportJson: async () => item.reportJson,
  });
}
