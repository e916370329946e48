/** What to train on: an axis, which of its sets, and the one that lies open on the table. */
import type { Axis } from '../../probe/probe-types.ts';
import { headerFacts } from '../../probe/sets/set-header.ts';
import { CONTROL_SETS, OTHER_SETS, STORIES_SET, type TrainingTexts, ZERO_SETS } from '../../probe/training-defaults.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { OwnSets } from './own-sets.svelte.ts';
import { SetEditor } from './set-editor.svelte.ts';
import { renamedHeader } from './set-rows.ts';
import { NO_AXIS, shippedSets, type ShippedSet } from '../probes/shipped-sets.ts';

/** A set that can be chosen. */
export interface SetInfo {
  readonly name: string;
  readonly axis: Axis;
  readonly about: string;
  /** `copy`: a shipped set that the reader changed; `own`: the reader's altogether. */
  readonly origin: 'shipped' | 'copy' | 'own';
}

/** Sets of the same two poles, trained on together. */
export interface AxisChoice {
  readonly key: string;
  readonly axis: Axis;
  readonly own: boolean;
  readonly sets: readonly SetInfo[];
}

const FIRST_AXIS = 'kind/cruel';

/** The bench. */
export class PromptSetEditor {
  readonly own: OwnSets;
  #shipped = $state.raw<readonly ShippedSet[]>([]);
  #controls = $state.raw<readonly ShippedSet[]>([]);
  /** Shipped sets whose rows have come. */
  #loaded = $state.raw<ReadonlyMap<string, SetSource>>(new Map());
  #key = $state(FIRST_AXIS);
  #left = $state.raw<ReadonlySet<string>>(new Set());
  #editor = $state.raw<SetEditor | null>(null);
  /** An own set that was removed last, for {@link undoRemove}. */
  #removed = $state.raw<ReturnType<OwnSets['remove']>>(null);

  constructor(storage: Storage | null) {
    this.own = new OwnSets(storage);
    // The table must not go on from a version that is no more: its next change would undo the other tab's.
    this.own.onelsewhere = (names) => {
      const open = this.#editor?.name;
      if (open !== undefined && names.includes(open)) this.edit(open);
    };
  }

  /** Axes to choose from: shipped ones with the reader's copies in place, then the reader's own sets. */
  readonly axes = $derived.by((): readonly AxisChoice[] => {
    const axes = new Map<string, { axis: Axis; own: boolean; sets: SetInfo[] }>();
    const put = (key: string, own: boolean, set: SetInfo): void => {
      const known = axes.get(key);
      if (known === undefined) axes.set(key, { axis: set.axis, own, sets: [set] });
      else known.sets.push(set);
    };
    for (const { name, header } of this.#shipped) {
      const copy = this.own.copyOf(name);
      const { axis, about } = headerFacts(copy?.source.header ?? header);
      if (axis !== null && !NO_AXIS.includes(name))
        put(`${axis.positive}/${axis.negative}`, false, {
          name: copy?.source.name ?? name,
          axis,
          about,
          origin: copy === null ? 'shipped' : 'copy',
        });
    }
    for (const { source, base } of this.own.sets) {
      const { axis, about } = headerFacts(source.header);
      if (base === null && axis !== null)
        put(`own:${source.name}`, true, { name: source.name, axis, about, origin: 'own' });
    }
    return [...axes].map(([key, choice]) => ({ key, ...choice }));
  });

  /** The chosen axis; null until the sets have come. */
  readonly chosen = $derived.by(
    (): AxisChoice | null => this.axes.find((axis) => axis.key === this.#key) ?? this.axes[0] ?? null,
  );

  /** The sets of the chosen axis that are trained on. */
  readonly included = $derived.by((): readonly SetInfo[] =>
    (this.chosen?.sets ?? []).filter((set) => !this.#left.has(set.name)),
  );

  /** Their texts, as far as they have come. */
  readonly sources = $derived.by((): readonly SetSource[] =>
    this.included.flatMap((set) => this.source(set.name) ?? []),
  );

  /** Control texts of the first chosen set; 0 until it has come. */
  readonly readoutCount = $derived.by((): number =>
    this.sources[0] === undefined ? 0 : headerFacts(this.sources[0].header).taps.length,
  );

  /** The set on the table. */
  get editor(): SetEditor | null {
    return this.#editor;
  }

  get removed(): string | null {
    return this.#removed?.source.name ?? null;
  }

  /** Brings the list of sets, and the rows of the chosen ones. */
  async open(): Promise<void> {
    const { sets, controls } = await shippedSets();
    this.#shipped = sets;
    this.#controls = controls;
    await this.choose(this.chosen?.key ?? FIRST_AXIS);
  }

  /** Chooses an axis and lays its first set on the table. */
  async choose(key: string): Promise<void> {
    this.#key = key;
    this.#left = new Set();
    const { chosen } = this;
    if (chosen === null) return;
    await Promise.all(chosen.sets.map((set) => this.#load(set.name)));
    if (this.chosen?.key === chosen.key && !chosen.sets.some((set) => set.name === this.#editor?.name))
      this.edit(chosen.sets[0]?.name ?? '');
  }

  /** Takes a set of the axis into the training, or leaves it out. One always stays. */
  include(name: string, wanted: boolean): void {
    const left = new Set(this.#left);
    if (wanted) left.delete(name);
    else if (this.included.length > 1) left.add(name);
    this.#left = left;
  }

  /** Whether a set is trained on. */
  includes(name: string): boolean {
    return !this.#left.has(name);
  }

  /** The text of a set, if it has come. */
  source(name: string): SetSource | null {
    return this.own.sets.find((set) => set.source.name === name)?.source ?? this.#loaded.get(name) ?? null;
  }

  /** Lays a set on the table. A change to a shipped one makes it a copy of the reader's, in its place. */
  edit(name: string): void {
    const source = this.source(name);
    if (source === null) return;
    const own = this.own.sets.find((set) => set.source.name === name);
    if (own !== undefined) {
      this.#editor = new SetEditor(source, (changed) => this.own.put({ source: changed, base: own.base }));
      return;
    }
    const copyName = this.own.freeName(`${name}-copy`);
    const copy = { ...source, name: copyName, header: renamedHeader(source.header, copyName) };
    this.#editor = new SetEditor(copy, (changed) => this.own.put({ source: changed, base: name }));
  }

  /** Whether the set on the table is one of this name, or a copy of it that has not been changed yet. */
  isOpen(name: string): boolean {
    const open = this.#editor?.name;
    return open === name || (open?.startsWith(`${name}-copy`) === true && this.own.copyOf(name) === null);
  }

  /** Takes in a set of the reader's and chooses it. */
  async add(source: SetSource): Promise<void> {
    const name = this.own.freeName(source.name);
    this.own.put({
      source: name === source.name ? source : { ...source, name, header: renamedHeader(source.header, name) },
      base: null,
    });
    await this.choose(`own:${name}`);
    this.edit(name);
  }

  /** Throws a copy or an own set away; {@link undoRemove} brings it back. */
  async remove(name: string): Promise<void> {
    this.#removed = this.own.remove(name);
    this.#editor = null;
    await this.choose(this.chosen?.key ?? FIRST_AXIS);
  }

  /** Brings back the set that was removed last. */
  async undoRemove(): Promise<void> {
    if (this.#removed === null) return;
    const { source, base } = this.#removed;
    this.own.put(this.#removed);
    this.#removed = null;
    if (base === null) await this.choose(`own:${source.name}`);
    this.edit(source.name);
  }

  /** Everything that may be read in a training on what is chosen; null until it is there. */
  async texts(): Promise<TrainingTexts | null> {
    const { chosen, included } = this;
    if (chosen === null) return null;
    await Promise.all(included.map((set) => this.#load(set.name)));
    const all = [...this.#shipped, ...this.#controls];
    const needed = (names: readonly string[]): Promise<SetSource[]> =>
      Promise.all(names.flatMap((name) => all.find((set) => set.name === name) ?? []).map((set) => set.source()));
    const [stories] = await needed([STORIES_SET]);
    return stories === undefined
      ? null
      : {
          sets: this.sources,
          stories,
          zeros: await needed(ZERO_SETS),
          controls: await needed(CONTROL_SETS),
          others: await needed(OTHER_SETS),
        };
  }

  async #load(name: string): Promise<void> {
    if (this.source(name) !== null) return;
    const source = await this.#shipped.find((set) => set.name === name)?.source();
    if (source !== undefined) this.#loaded = new Map([...this.#loaded, [name, source]]);
  }
}
