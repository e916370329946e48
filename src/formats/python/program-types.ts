/** What a Python program says: which text, layers and directions, with which weights, and the number that it must find. */
import type { QuantisedBits } from '../../models/checkpoint/kept-weights.ts';
import type { StreamSteering } from '../../steering/steering.ts';

/** Words that are put after a text. */
export interface PythonWords {
  /** With their leading space. */
  readonly text: string;
  /** Their tokens; null where they are not known, and the program's tokenizer makes them. */
  readonly ids: readonly number[] | null;
}

/** Which checkpoint the program opens. */
export interface PythonWeights {
  /** A name on the Hugging Face Hub, or a folder. */
  readonly model: string;
  /** The GGUF file in that folder; null for safetensors. */
  readonly gguf: string | null;
  /** Where that folder comes from, in a sentence for the first line; null where the reader has it. */
  readonly origin: string | null;
  /** Bits that Flipside rounded these weights to when it read them, so that the program does too; left out where it kept them. */
  readonly rounded?: QuantisedBits;
}

/** What every program has. */
interface PythonNumber {
  /** What is read, for the first line, e.g. the probe's title. */
  readonly title: string;
  readonly weights: PythonWeights;
  /** The number that Flipside found. */
  readonly expected: number;
  /** By how much the program's may differ; {@link fourDigits} of the number for the same weights. */
  readonly tolerance: number;
}

/** What a program has that reads a text. */
interface PythonText extends PythonNumber {
  /** The whole text; it is cut into tokens first, and then to those that are read. */
  readonly text: string;
  /** Its tokens, where the text alone does not give them again: a text that the model wrote. Else null. */
  readonly ids: readonly number[] | null;
}

/** A score: products of streams with directions, less their zeros, averaged over layers, over a scale. */
export interface PythonReading extends PythonText {
  readonly kind: 'reading';
  /** The token that is read, from 0, and its id, which is asserted. */
  readonly token: number;
  readonly id: number;
  /**
   * Neutral words that are put after that token, each text by itself; none reads the token. `own`: the token's stream counts as
   * much as theirs.
   */
  readonly neutral: readonly PythonWords[];
  readonly own: boolean;
  /** 0 is the embeddings; l is what leaves layer l. */
  readonly layers: readonly number[];
  /** One direction a layer `[layers, hidden]`, with its zero. */
  readonly directions: Float32Array;
  readonly zero: readonly number[];
  readonly scale: number;
}

/** The log-probability of words after a text under steering. */
export interface PythonSteering extends PythonText {
  readonly kind: 'steering';
  readonly continuation: PythonWords;
  /** First token that is steered. */
  readonly from: number;
  /** What is done to each stream; one of added vectors or bounds. */
  readonly steps: readonly StreamSteering[];
}

/** What a step along a direction, as long as the stream itself, adds to the logit of one word, above the mean of all words. */
export interface PythonDirection extends PythonNumber {
  readonly kind: 'direction';
  /** The word: its token and its text. */
  readonly id: number;
  readonly word: string;
  /** Of any length above 0 `[hidden]`. */
  readonly direction: Float32Array;
}

/** What a program can say. */
export type PythonProgram = PythonReading | PythonSteering | PythonDirection;

/** Packages that a program can reach the streams by. */
export const PYTHON_LIBRARIES = ['transformers', 'nnsight'] as const;

/** One of {@link PYTHON_LIBRARIES}. */
export type PythonLibrary = (typeof PYTHON_LIBRARIES)[number];

/** Half a unit of the fourth digit of a number; never below half of the fourth decimal, since scores near zero have no more. */
export function fourDigits(value: number): number {
  const digits = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  return 5 * 10 ** Math.max(digits - 4, -5);
}
