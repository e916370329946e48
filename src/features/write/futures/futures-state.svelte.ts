/** Many futures of the text that is shown: what is set, what was written, and what can be done with a line. */
import { AppError } from '../../../base/errors.ts';
import type { FuturesRecord } from '../../../formats/runs/futures-json.ts';
import { VERSION } from '../../../base/version.ts';
import { lastReading } from '../../../reading/futures/fan.ts';
import {
  FUTURE_EVERY,
  FUTURE_LINES,
  FUTURE_TOKENS,
  type Futures,
  type FuturesPlan,
  textOf,
} from '../../../reading/futures/futures.ts';
import { GrownFutures } from '../../../reading/futures/grown-futures.ts';
import type { TokenPiece } from '../../../reading/reading.ts';
import type { Pole } from '../../../probe/heads.ts';
import { defaultStream } from '../../../steering/steering-defaults.ts';
import { DEFAULT_MODE, strengthDef } from '../../../steering/modes.ts';
import type { SteeringRecord, SteeringSettings } from '../../../steering/steering.ts';
import type { CallArgs } from '../../../worker/protocol.ts';
import type { Session } from '../../../state/engine/session.svelte.ts';
import { neutralStories } from '../../../state/probes/neutral-stories.ts';
import { carriedFiles } from '../../../state/probes/probe-to-use.ts';
import type { Probes } from '../../../state/probes/probes.svelte.ts';
import type { ReadingController } from '../../../state/runs/reading-controller.svelte.ts';
import type { ReadingState } from '../../../state/runs/reading.svelte.ts';
import { probeHash } from '../../../state/runs/run-record.ts';

/** Where futures begin: at the end of the text, where the model began to write it, or after the word that is chosen. */
export type Beginning = 'end' | 'written' | 'chosen';

/** What writing futures works with. */
export interface FuturesStateParts {
  readonly readingController: ReadingController;
  readonly session: Session;
  readonly probes: Probes;
  readonly readouts: () => boolean;
  /** Stores a reading; the id that it has there, null where it is not known what made it. */
  readonly store: (reading: ReadingState) => Promise<string | null>;
}

/** One set of futures at a time; the last one stays until others are written. */
export class FuturesState {
  readonly #parts: FuturesStateParts;
  from = $state<Beginning>('end');
  /** To which pole the writing is steered; null for neither. */
  pole = $state<Pole | null>(null);
  strength = $state(strengthDef(DEFAULT_MODE).first);
  count = $state(FUTURE_LINES);
  tokens = $state(FUTURE_TOKENS);
  #record = $state.raw<FuturesRecord | null>(null);
  #writing = $state(false);
  /** The line that is looked at. */
  chosen = $state<number | null>(null);
  readonly #opened = new WeakMap<FuturesRecord, Map<number, ReadingState>>();

  constructor(parts: FuturesStateParts) {
    this.#parts = parts;
  }

  /** What was written, or is being written; null before. */
  get record(): FuturesRecord | null {
    return this.#record;
  }

  get writing(): boolean {
    return this.#writing;
  }

  /** Tokens of the text shown that futures would begin with; 0 where there is no text. */
  readonly given = $derived.by((): number => {
    const { reading, view } = this.#parts.readingController;
    if (reading === null) return 0;
    const all = reading.tokens.length;
    const wanted = { end: all, written: reading.givenTokens, chosen: view.at + 1 }[this.from];
    return Math.max(0, Math.min(all, wanted));
  });

  /** Writes futures of the text shown. What goes wrong is shown; what was written before a stop stays. */
  async write(): Promise<void> {
    const { readingController, session } = this.#parts;
    const { reading, probe } = readingController;
    try {
      session.needReady();
      const { status } = session;
      if (reading === null || this.given === 0 || status === null)
        throw new AppError('text-empty', 'There is no text to go on from yet. Write or read one first.');
      const offer = this.#parts.probes.chosen;
      if (probe === null || offer === null)
        throw new AppError('probe-invalid', 'There is no probe to read with. Load the page again.');
      const plan: FuturesPlan = {
        count: this.count,
        every: FUTURE_EVERY,
        sampling: { ...$state.snapshot(readingController.sampling), maxTokens: this.tokens },
      };
      const given = reading.tokens.slice(0, this.given).map(({ id, text }): TokenPiece => ({ id, text }));
      const steered = await this.#steering();
      if (steered === 'stopped') return;
      const head: Omit<FuturesRecord, 'futures'> = {
        title: `${plan.count} futures of ${reading.frame.title}, seeds from ${plan.sampling.seed}`.slice(0, 200),
        createdAt: Date.now(),
        version: VERSION,
        model: status.model,
        probe: { id: probe.id, title: offer.title, sha256: await probeHash(offer), axis: probe.axis },
        given,
        plan,
        steering: steered?.record ?? null,
      };
      const grown = new GrownFutures(plan, (futures) => (this.#record = { ...head, futures }));
      this.chosen = null;
      this.#writing = true;
      session.say('Writing futures.');
      const whole = await session.futures(
        {
          text: this.#sameModel(reading) ? given.map(({ id }) => id) : given.map(({ text }) => text).join(''),
          plan,
          steering: steered?.args ?? null,
          layer: probe.defaultLayer,
        },
        {
          start: (start) => grown.start(start),
          written: (written) => grown.written(written),
          readings: (readings) => grown.readings(readings),
          ended: (end) => grown.ended(end),
        },
      );
      if (whole) session.say(`${plan.count} futures are written.`);
    } catch (error) {
      session.report(error);
    } finally {
      this.#writing = false;
    }
  }

  /** Reads a line with the text before it, as any other text: it is shown, stored, and can be gone on from. Null where that was stopped. */
  async open(line: number): Promise<ReadingState | null> {
    const { readingController, session, readouts } = this.#parts;
    const record = this.#record;
    const future = record?.futures.lines[line];
    if (record === null || future === undefined) return null;
    const known = this.#opened.get(record)?.get(line);
    if (known !== undefined) {
      readingController.bringBack(known);
      return known;
    }
    try {
      session.needReady();
      const before = record.given.map(({ text }) => text).join('');
      const whole = before + textOf(future);
      const title = `Future ${line + 1}, seed ${future.seed}`;
      const sampling = { ...record.plan.sampling, seed: future.seed };
      const reading = readingController.blank(title, whole, { fromCharacter: before.length, sampling });
      const read = await readingController.fill(`reading ${title}`, reading, () =>
        session.read(whole, readouts(), reading),
      );
      if (read === null) return null;
      const opened = this.#opened.get(record) ?? new Map<number, ReadingState>();
      this.#opened.set(record, opened.set(line, read));
      return read;
    } catch (error) {
      session.report(error);
      return null;
    }
  }

  /** Reads two lines and gives the address that puts them side by side; null where one was stopped. */
  async compare(one: number, other: number): Promise<string | null> {
    const ids: string[] = [];
    for (const line of [one, other]) {
      const read = await this.open(line);
      const id = read === null ? null : await this.#parts.store(read);
      if (id === null) return null;
      ids.push(id);
    }
    return `#/library/compare?a=run:${ids[0] ?? ''}&b=run:${ids[1] ?? ''}`;
  }

  /** What steers, for the engine and for the record; null for nothing. */
  async #steering(): Promise<
    { readonly args: NonNullable<CallArgs<'futures'>['steering']>; readonly record: SteeringRecord } | 'stopped' | null
  > {
    const { pole, strength } = this;
    const { session, probes } = this.#parts;
    const offer = probes.chosen;
    if (pole === null || offer === null) return null;
    const stream = defaultStream((await offer.card()).model.layerCount);
    const settings: SteeringSettings = {
      mode: DEFAULT_MODE,
      pole,
      from: stream,
      to: stream,
      strength,
      where: 'generated',
    };
    const carried = await carriedFiles(offer, session);
    if (carried === null) return 'stopped';
    const { files, agreement } = carried;
    return {
      args: { probe: files, settings, stories: await neutralStories() },
      record: {
        ...settings,
        direction: offer.title,
        probeSha256: await probeHash(offer),
        matchedKl: null,
        ...(agreement && { carriedOver: agreement }),
      },
    };
  }

  /** Whether the loaded model made the tokens of a reading; else its text falls into other tokens. */
  #sameModel(reading: ReadingState): boolean {
    const made = reading.recording?.provenance.weightsSha256 ?? reading.maker?.engine.model.weightsSha256;
    return made === this.#parts.session.status?.model.weightsSha256;
  }
}

/** Lines by their last reading, the highest first; those without one last. */
export function byEnd({ lines }: Futures): readonly number[] {
  return lines
    .map((each, line) => ({ line, score: lastReading(each)?.score ?? -Infinity }))
    .sort((a, b) => b.score - a.score || a.line - b.line)
    .map(({ line }) => line);
}
