/**
 * Strengths that were matched to a KL, remembered by what they depend on: probe, weights, layers, mode and pole, and
 * not which tokens are steered.
 */
import type { DoseReport, MatchedStrength } from '../../steering/dose-types.ts';
import type { SteeringSettings } from '../../steering/steering.ts';
import { MAX_STRENGTH } from '../../steering/modes.ts';
import { TextStorage } from '../../state/storage/text-storage.ts';

const KEY = 'flipside.matched';

/** Matched strengths that are remembered; beyond, the first go. */
const MOST = 100;

/** What is steered, and how. */
export interface MatchQuestion extends Pick<SteeringSettings, 'mode' | 'pole' | 'from' | 'to'> {
  readonly probeSha256: string;
  readonly weightsSha256: string;
}

type Book = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The strengths known in this browser. */
export class MatchBook {
  readonly #kept: TextStorage;
  #book: Book;

  constructor(storage: Storage | null) {
    this.#kept = new TextStorage(storage);
    this.#book = bookIn(this.#kept.read(KEY));
  }

  /** The strength of a KL; null where it was never matched. `shipped`: a dose–response that may have it, of both poles pooled. */
  find(question: MatchQuestion, target: number, shipped: DoseReport | null): number | null {
    const own = this.#book[keyOf(question)]?.[String(target)];
    if (own !== undefined) return own;
    if (shipped === null || !sameQuestion(question, shipped)) return null;
    return shipped.direction.levels.find((level) => level.target === target)?.strength ?? null;
  }

  /** Remembers what was found. */
  learn(question: MatchQuestion, matched: readonly MatchedStrength[]): void {
    const key = keyOf(question);
    const { [key]: before = {}, ...others } = this.#book;
    const found = {
      ...before,
      ...Object.fromEntries(matched.map(({ target, strength }) => [String(target), strength])),
    };
    this.#book = Object.fromEntries([...Object.entries(others), [key, found] as const].slice(-MOST));
    this.#kept.write(KEY, JSON.stringify(this.#book));
  }
}

function keyOf({ probeSha256, weightsSha256, mode, pole, from, to }: MatchQuestion): string {
  return [probeSha256, weightsSha256, mode, pole, from, to].join(' ');
}

function sameQuestion(
  { probeSha256, weightsSha256, mode, from, to }: MatchQuestion,
  { probe, model, ...steering }: DoseReport,
): boolean {
  return (
    probe.sha256 === probeSha256 &&
    model.weightsSha256 === weightsSha256 &&
    steering.mode === mode &&
    steering.from === from &&
    steering.to === to
  );
}

/** What lies in the browser, as far as it is numbers that can be strengths. */
function bookIn(stored: string | null): Book {
  try {
    const value: unknown = JSON.parse(stored ?? '{}');
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(Object.entries(value).map(([key, found]) => [key, strengthsIn(found)]));
  } catch {
    // Written by hand or cut off: everything is matched anew.
    return {};
  }
}

function strengthsIn(found: unknown): Readonly<Record<string, number>> {
  if (typeof found !== 'object' || found === null) return {};
  return Object.fromEntries(
    Object.entries(found).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number' && Math.abs(entry[1]) <= MAX_STRENGTH,
    ),
  );
}
