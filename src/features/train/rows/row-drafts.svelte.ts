/** Rows that a chat model drafts for the set on the table. They become rows one by one, each because the reader took it. */
import { headerFacts } from '../../../probe/sets/set-header.ts';
import {
  type DraftMark,
  type DraftedRow,
  draftRequest,
  markDrafts,
  readDraft,
  topicsOf,
} from '../../../chat/draft-rows.ts';

import { refusalOfRow } from './row-refusal.ts';
import type { SecondEngine } from '../second-engine.svelte.ts';
import type { Session } from '../../../state/engine/session.svelte.ts';
import type { PromptSetEditor } from '../../../state/sets/prompt-set-editor.svelte.ts';
import { linesOf, setRows } from '../../../state/sets/set-rows.ts';

/** An answer that gave no rows. */
export interface UnreadableDraft {
  readonly topic: string;
  readonly why: string;
  readonly text: string;
}

/** How far a drafting is, in topics. */
export interface DraftPace {
  readonly done: number;
  readonly total: number;
}

/** The drafts of a page. They go with it: what is worth keeping is taken. */
export class RowDrafts {
  readonly #chat: SecondEngine;
  readonly #bench: PromptSetEditor;
  readonly #session: Session;
  /** What the reader wrote: topics, one a line, and what the poles mean. */
  topics = $state('');
  about = $state('');
  #rows = $state.raw<readonly DraftedRow[]>([]);
  #unreadable = $state.raw<readonly UnreadableDraft[]>([]);
  #pace = $state.raw<DraftPace | null>(null);
  #leftOut = $state.raw<readonly string[]>([]);
  #refused = $state.raw<readonly DraftedRow[]>([]);
  /** Name of the set that the drafts are for. */
  #for = $state<string | null>(null);
  #nextKey = 0;
  #seed = 0;

  constructor({
    chat,
    bench,
    session,
  }: {
    readonly chat: SecondEngine;
    readonly bench: PromptSetEditor;
    readonly session: Session;
  }) {
    this.#chat = chat;
    this.#bench = bench;
    this.#session = session;
  }

  get rows(): readonly DraftedRow[] {
    return this.#rows;
  }

  get unreadable(): readonly UnreadableDraft[] {
    return this.#unreadable;
  }

  get pace(): DraftPace | null {
    return this.#pace;
  }

  /** Topics of the last drafting that the set had already: nothing was asked about them. */
  get leftOut(): readonly string[] {
    return this.#leftOut;
  }

  /** Whether {@link bringBack} has something to bring. */
  get canBringBack(): boolean {
    return this.#refused.length > 0;
  }

  /** Name of the set that the drafts are for, where it is not the one on the table. */
  readonly elsewhere = $derived.by((): string | null =>
    this.#rows.length > 0 && this.#for !== (this.#bench.editor?.name ?? null) ? this.#for : null,
  );

  /** What stands against each draft, by key; empty lists are ready. */
  readonly marks = $derived.by((): ReadonlyMap<number, readonly DraftMark[]> => {
    const { editor } = this.#bench;
    const axis = headerFacts(editor?.header ?? '').axis;
    if (editor === null || axis === null) return new Map();
    return markDrafts(this.#rows, setRows(linesOf(editor.rows), axis), axis, (row) =>
      refusalOfRow(editor.header, axis, row),
    );
  });

  /** Asks for one scene with three turns for every topic; turns that arrived before a stop stay. */
  async draft(): Promise<void> {
    const { editor } = this.#bench;
    const axis = headerFacts(editor?.header ?? '').axis;
    if (editor === null || axis === null || this.#pace !== null) return;
    const waiting = this.#rows.map((row) => row.topic);
    const { topics, leftOut } = topicsOf(this.topics, [
      ...editor.groups.map(({ topic }) => topic),
      ...(this.elsewhere === null ? waiting : []),
    ]);
    this.#leftOut = leftOut;
    if (this.elsewhere !== null) this.#rows = [];
    this.#for = editor.name;
    this.#unreadable = [];
    this.#refused = [];
    this.#pace = { done: 0, total: topics.length };
    await this.#chat.run(async (model, signal) => {
      for (const [index, topic] of topics.entries()) {
        const reply = await model.ask(draftRequest(topic, { axis, about: this.about }, this.#seed++), signal);
        const read = readDraft(topic, reply);
        if (read.kind === 'rows')
          this.#rows = [...this.#rows, ...read.rows.map((row) => ({ ...row, key: this.#nextKey++ }))];
        else this.#unreadable = [...this.#unreadable, { topic, why: read.why, text: reply.text.slice(0, 2000) }];
        this.#pace = { done: index + 1, total: topics.length };
      }
    });
    this.#pace = null;
    this.#session.say(`${this.#rows.length} drafted turns wait for you to take or refuse.`);
  }

  /** Puts other words into a draft; what stands against it is found anew. */
  setText(key: number, text: string): void {
    this.#rows = this.#rows.map((row) => (row.key === key ? { ...row, text } : row));
  }

  /** Makes a draft a row of the set on the table, which can be undone there. Only one that nothing stands against. */
  take(key: number): void {
    const { editor } = this.#bench;
    const row = this.#rows.find((own) => own.key === key);
    const axis = headerFacts(editor?.header ?? '').axis;
    if (
      editor === null ||
      row === undefined ||
      axis === null ||
      this.elsewhere !== null ||
      this.marks.get(key)?.length !== 0
    )
      return;
    editor.addRow({ topic: row.topic, pole: axis[row.pole], context: row.context, text: row.text });
    this.#rows = this.#rows.filter((own) => own !== row);
    this.#session.say(`Taken: the ${axis[row.pole]} turn of ${row.topic}. Undo stands over the table of turns.`);
  }

  /** Throws a draft away. */
  refuse(key: number): void {
    const row = this.#rows.find((own) => own.key === key);
    if (row === undefined) return;
    this.#rows = this.#rows.filter((own) => own !== row);
    this.#refused = [...this.#refused, row];
  }

  /** Brings back the draft that was refused last. */
  bringBack(): void {
    const row = this.#refused.at(-1);
    if (row === undefined) return;
    this.#refused = this.#refused.slice(0, -1);
    this.#rows = [...this.#rows, row].sort((a, b) => a.key - b.key);
  }
}
