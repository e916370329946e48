/** One set on the table: its rows as they are typed, what can be taken back, and when it was last changed. */
import { headerFacts } from '../../probe/sets/set-header.ts';
import type { SetSource } from '../../probe/training-plan.ts';
import { draftRows, groupByTopic, sourceOf, type DraftRow, type TopicGroup } from './set-rows.ts';

/** Steps that can be taken back; older ones go. */
const MOST_STEPS = 100;

/** Rows of a set with everything that can be done to them. */
export class SetEditor {
  readonly name: string;
  readonly header: string;
  readonly #onchange: (source: SetSource) => void;
  #rows = $state.raw<readonly DraftRow[]>([]);
  #past = $state.raw<readonly (readonly DraftRow[])[]>([]);
  /** Field that was typed in last: its keystrokes are one step. */
  #typing = '';
  #nextKey: number;

  /** `onchange` gets the whole set after every change. */
  constructor(source: SetSource, onchange: (source: SetSource) => void) {
    this.name = source.name;
    this.header = source.header;
    this.#onchange = onchange;
    this.#rows = draftRows(source.rows);
    this.#nextKey = this.#rows.reduce((most, row) => Math.max(most, row.key), -1) + 1;
  }

  get rows(): readonly DraftRow[] {
    return this.#rows;
  }

  /** Whether {@link undo} has something to take back. */
  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  readonly groups = $derived.by((): readonly TopicGroup[] => groupByTopic(this.#rows));

  /** Poles in the order positive, negative, neutral. */
  get poles(): readonly string[] {
    const { axis } = headerFacts(this.header);
    return axis === null ? [] : [axis.positive, axis.negative, axis.neutral];
  }

  /** Puts other words into a turn. */
  setText(key: number, text: string): void {
    this.#change(
      this.#rows.map((row) => (row.key === key ? { ...row, text } : row)),
      `text ${key}`,
    );
  }

  /** Puts another scene before every turn of a topic that had this one. */
  setContext(topic: string, before: string, context: string): void {
    const first = this.#rows.find((row) => row.topic === topic && row.context === before)?.key ?? -1;
    this.#change(
      this.#rows.map((row) => (row.topic === topic && row.context === before ? { ...row, context } : row)),
      `context ${first}`,
    );
  }

  /** Names a topic; the name of another topic or nothing is refused, and the old one stays. */
  renameTopic(before: string, topic: string): boolean {
    const wanted = topic.trim();
    if (wanted === before) return true;
    if (wanted === '' || this.#rows.some((row) => row.topic === wanted)) return false;
    this.#change(
      this.#rows.map((row) => (row.topic === before ? { ...row, topic: wanted } : row)),
      `topic ${wanted}`,
    );
    return true;
  }

  /** Adds an empty topic with one turn of each pole, at the end; its name. */
  addTopic(): string {
    const taken = new Set(this.#rows.map((row) => row.topic));
    let number = taken.size + 1;
    while (taken.has(`topic ${number}`)) number += 1;
    const topic = `topic ${number}`;
    const added = this.poles.map((pole) => ({ key: this.#nextKey++, topic, pole, context: '', text: '', rest: {} }));
    this.#change([...this.#rows, ...added], '');
    return topic;
  }

  /** Adds a turn that was written elsewhere, `pole` as the set names it, at the end. */
  addRow(row: Pick<DraftRow, 'topic' | 'pole' | 'context' | 'text'>): void {
    this.#change([...this.#rows, { ...row, key: this.#nextKey++, rest: {} }], '');
  }

  /** Takes a topic out; {@link undo} brings it back. */
  deleteTopic(topic: string): void {
    this.#change(
      this.#rows.filter((row) => row.topic !== topic),
      '',
    );
  }

  /** Takes the last step back. */
  undo(): void {
    const before = this.#past.at(-1);
    if (before === undefined) return;
    this.#past = this.#past.slice(0, -1);
    this.#rows = before;
    this.#typing = '';
    this.#onchange(this.source);
  }

  /** The set as it stands. */
  get source(): SetSource {
    return sourceOf(this.name, this.header, this.#rows);
  }

  #change(rows: readonly DraftRow[], typing: string): void {
    if (typing === '' || typing !== this.#typing) this.#past = [...this.#past, this.#rows].slice(-MOST_STEPS);
    this.#typing = typing;
    this.#rows = rows;
    this.#onchange(this.source);
  }
}
