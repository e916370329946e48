/** Measuring speed on the loaded model: what was measured here, and records that were opened beside it. */
import { AppError } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import { decodeText } from '../../formats/containers/text-file.ts';
import { KIND_WORDS, recogniseFile } from '../../formats/runs/recognise.ts';
import { parseSpeed } from '../../formats/speed/speed-json.ts';
import { speedRows } from '../../formats/speed/speed-summary.ts';
import type { EngineStatus } from '../../models/engine-report.ts';
import type { Disturbance, SpeedRecord, SpeedSample, SpeedStart, SpeedTime } from '../../models/speed/speed-record.ts';
import type { Session } from '../../state/engine/session.svelte.ts';
import { bytesOf } from '../../state/storage/bytes-of.ts';
import { browserWords, findBattery, hasTimestamps, pageBytes, powerOf } from './device-facts.ts';
import type { PageMemoryLack } from './words.ts';

/** All of it with warm-up; asking for memory afterwards takes at most ten seconds more. */
const LIMITS = { mostMs: 100_000, mostRounds: 15 } as const;

/** A record with the name that it is shown under. */
export interface NamedSpeed {
  readonly name: string;
  readonly record: SpeedRecord;
}

/** One bench a page. */
export class SpeedBench {
  readonly #session: Session;
  #own = $state.raw<SpeedRecord | null>(null);
  #opened = $state.raw<readonly NamedSpeed[]>([]);
  #running = $state(false);
  #hidden = $state(false);
  #empty = $state(false);
  #memoryLack = $state<PageMemoryLack | null>(null);

  constructor(session: Session) {
    this.#session = session;
  }

  /** What was measured here last. */
  get own(): SpeedRecord | null {
    return this.#own;
  }

  get opened(): readonly NamedSpeed[] {
    return this.#opened;
  }

  /** Whether it measures now, the question for memory included. */
  get running(): boolean {
    return this.#running;
  }

  /** Whether the tab was in the background while it measured. */
  get hidden(): boolean {
    return this.#hidden;
  }

  /** Whether the last measurement found nothing. */
  get empty(): boolean {
    return this.#empty;
  }

  /** Why the own record does not say what the page takes; null where it does. */
  get memoryLack(): PageMemoryLack | null {
    return this.#memoryLack;
  }

  /** The own record first, then those that were opened. */
  readonly all = $derived.by((): readonly NamedSpeed[] => [
    ...(this.#own === null ? [] : [{ name: 'here', record: this.#own }]),
    ...this.#opened,
  ]);

  /** Measures. What was stopped leaves a record of what had come, if a round that counts was among it. */
  async run(): Promise<void> {
    const { status } = this.#session;
    if (status === null || this.#running) return;
    const createdAt = Date.now();
    this.#running = true;
    this.#hidden = this.#empty = false;
    const samples: SpeedSample[] = [];
    let start: SpeedStart | null = null;
    let disturbed: Disturbance | null = null;
    const look = (): void => {
      if (!document.hidden) return;
      disturbed = 'hidden';
      this.#hidden = true;
    };
    const battery = await findBattery();
    const power = powerOf(battery);
    const plugged = (): void => void (disturbed ??= 'power');
    document.addEventListener('visibilitychange', look);
    battery?.addEventListener('chargingchange', plugged);
    try {
      look();
      const found = await this.#session.measureSpeed(LIMITS, {
        start: (known) => (start = known),
        time: (time: SpeedTime) => {
          samples.push({ ...time, disturbed });
          // While it is hidden, everything that comes is disturbed.
          disturbed = null;
          look();
        },
      });
      const known = found ?? (start as SpeedStart | null);
      if (known === null || this.#session.problem !== null) return;
      if (speedRows({ samples }).length === 0) {
        this.#empty = found !== null;
        return;
      }
      this.#own = {
        ...known,
        ...(await describe(status)),
        createdAt,
        power,
        memory: await this.#memory(),
        complete: found !== null,
        samples,
      };
    } finally {
      document.removeEventListener('visibilitychange', look);
      battery?.removeEventListener('chargingchange', plugged);
      this.#running = false;
    }
  }

  /** Opens records beside the own one. Throws what is wrong with the first that is none; those before it stay. */
  async open(files: readonly File[]): Promise<void> {
    for (const file of files) {
      const bytes = await bytesOf(file);
      const kind = recogniseFile(bytes);
      if (kind !== 'speed')
        throw new AppError(
          'import-unknown',
          `${file.name} is ${KIND_WORDS[kind]}. Open a record that was saved here or by flipside bench.`,
          { file: file.name },
        );
      const record = parseSpeed(decodeText(bytes, file.name, 'recording-invalid'));
      const name = file.name.replace(/\.json$/, '').slice(0, 60);
      this.#opened = [...this.#opened.filter((other) => other.name !== name), { name, record }];
    }
  }

  /** Takes a record away that was opened. */
  close(name: string): void {
    this.#opened = this.#opened.filter((other) => other.name !== name);
  }

  async #memory(): Promise<SpeedRecord['memory']> {
    const gpu = this.#session.memory?.gpu ?? null;
    const page = await pageBytes();
    this.#memoryLack = typeof page === 'number' ? null : page;
    return [
      ...(gpu === null
        ? []
        : ([
            { what: 'gpu', bytes: gpu.bytes },
            { what: 'gpu-peak', bytes: gpu.peakBytes },
          ] as const)),
      ...(typeof page === 'number' ? [{ what: 'page', bytes: page } as const] : []),
    ];
  }
}

/** What measures, as the engine and the browser tell it. */
async function describe({
  model,
  backend,
  adapter,
  runtime,
  threads,
  versions,
  writing,
}: EngineStatus): Promise<
  Omit<SpeedRecord, keyof SpeedStart | 'createdAt' | 'power' | 'memory' | 'complete' | 'samples'>
> {
  const { id, weightsSha256, layerCount, hidden } = model;
  return {
    version: VERSION,
    model: { id, weightsSha256, layerCount, hidden },
    runner: browserWords(navigator.userAgent),
    runtime: `onnxruntime ${versions.onnxruntime} (${runtime})`,
    backend,
    adapter: adapter && { ...adapter, timestamps: await hasTimestamps() },
    processor: null,
    processors: navigator.hardwareConcurrency,
    threads,
    load: null,
    writing: writing?.mode ?? 'stepwise',
    trials: (writing?.trials ?? []).map(({ mode, msPerToken, accepted }) => ({ mode, msPerToken, accepted })),
  };
}
