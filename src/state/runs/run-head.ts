/** What the list of kept runs knows of each: enough to find it and to tell two apart, without its scores. */
import type { SteeringRecord } from '../../steering/steering.ts';
import { sameSteering } from '../../steering/same-steering.ts';
import { recordedSteering } from '../../formats/runs/recorded-steering.ts';
import type { Recording } from '../../formats/runs/recording.ts';

/** One line of the list. */
export interface RunHead {
  readonly id: string;
  /** The reader's own name for it, or the text's. */
  readonly title: string;
  /** When it was kept last: milliseconds since 1970. */
  readonly savedAt: number;
  readonly text: string;
  /** Title of the probe that read it. */
  readonly probe: string;
  readonly probeSha256: string;
  readonly weightsSha256: string;
  readonly tokens: number;
  /** Tokens that were given; the rest the model wrote. */
  readonly given: number;
  readonly taps: number;
  /** Size of its file. */
  readonly bytes: number;
  /** What it was steered by, and the same in words; absent where the model read and wrote by itself. */
  readonly push?: { readonly record: SteeringRecord; readonly words: string };
}

/** A run's file as it is kept: the recording as JSON, UTF-8. */
export interface RunFile {
  readonly id: string;
  readonly json: Uint8Array<ArrayBuffer>;
}

/** A run with its file. */
export interface StoredRun {
  readonly head: RunHead;
  readonly file: RunFile;
}

/** The line of a recording, whose file has so many bytes. */
export function headOf(recording: Recording, id: string, bytes: number, now: number): RunHead {
  const { title, text, provenance, tokens, givenTokens, taps: readouts, run } = recording;
  const { probe, probeSha256, weightsSha256 } = provenance;
  const record = run?.push ?? null;
  const words = recordedSteering(recording);
  return {
    id,
    title,
    savedAt: now,
    text,
    probe: run?.probeTitle ?? probe,
    probeSha256,
    weightsSha256,
    tokens: tokens.length,
    given: givenTokens,
    taps: readouts.length,
    bytes,
    ...(record === null || words === null ? {} : { push: { record, words } }),
  };
}

/**
 * Whether two runs are the same reading of the same text: made again, it would only be there twice. How many places
 * have been read so far tells no two apart.
 */
export function sameRun(a: RunHead, b: RunHead): boolean {
  const facts = ({ text, probeSha256, weightsSha256, tokens, given, taps: readouts }: RunHead): string =>
    JSON.stringify([text, probeSha256, weightsSha256, tokens, given, readouts > 0]);
  return facts(a) === facts(b) && sameSteering(a.push?.record ?? null, b.push?.record ?? null);
}

/** A kept line that is one; databases outlive versions, so what lies there is looked at like a file. */
export function isRunHead(value: unknown): value is RunHead {
  const head = (value ?? {}) as Partial<Record<keyof RunHead, unknown>>;
  const texts = [head.id, head.title, head.text, head.probe, head.probeSha256, head.weightsSha256];
  const numbers = [head.savedAt, head.tokens, head.given, head.taps, head.bytes];
  const { push: steering } = head;
  if (
    steering !== undefined &&
    (typeof steering !== 'object' ||
      steering === null ||
      !('record' in steering) ||
      !('words' in steering) ||
      typeof steering.words !== 'string')
  )
    return false;
  return (
    texts.every((part) => typeof part === 'string') &&
    numbers.every((part) => typeof part === 'number' && Number.isFinite(part))
  );
}
