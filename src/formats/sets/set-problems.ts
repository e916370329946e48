/** Everything that is wrong with a set, not only the first thing, so that a page can show it as a table. */
import { AppError, type ErrorCode } from '../../base/errors.ts';

/** How many problems are kept; the rest are counted. */
const MAX_PROBLEMS = 50;

/** One thing that is wrong, and where. */
export interface SetProblem {
  readonly code: ErrorCode;
  /** A sentence with the values that were found and what to do. */
  readonly message: string;
  readonly file: string | null;
  /** Line of the file, from 1; null where the problem is not one of a line. */
  readonly line: number | null;
  /** The field or column, where one is to blame. */
  readonly field: string | null;
  /** The topic, where the problem is one of a whole topic. */
  readonly topic: string | null;
}

/** What a check found. */
export interface Findings {
  /** Those of whole files first, then by line, then those of topics; at most {@link MAX_PROBLEMS}. */
  readonly problems: readonly SetProblem[];
  /** All of them, those that were not kept included. */
  readonly total: number;
}

/** Gathers refusals instead of stopping at the first. */
export class Problems {
  readonly #kept: AppError[] = [];
  #total = 0;

  /** What `run` gives, or undefined where it threw an AppError, which is kept; anything else that it throws is passed on. */
  readonly attempt = <T>(run: () => T): T | undefined => {
    try {
      return run();
    } catch (thrown) {
      if (!(thrown instanceof AppError)) throw thrown;
      this.#total += 1;
      if (this.#kept.length < MAX_PROBLEMS) this.#kept.push(thrown);
      return undefined;
    }
  };

  /** Keeps a problem of a file that needs no place in it. */
  add(message: string, details: Readonly<Record<string, string | number>>, code: ErrorCode = 'set-invalid'): void {
    this.attempt(() => {
      throw new AppError(code, message, details);
    });
  }

  /** Puts these problems after those of `other`. */
  passTo(other: Problems): void {
    for (const error of this.#kept) {
      other.attempt(() => {
        throw error;
      });
    }
    other.#total += this.#total - this.#kept.length;
  }

  /** How many there are so far. */
  get total(): number {
    return this.#total;
  }

  /** The one that was found first. */
  get first(): AppError | undefined {
    return this.#kept[0];
  }

  /** All of them as plain data. */
  findings(): Findings {
    const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
    const problems = this.#kept.map(({ code, message, details }) => ({
      code,
      message,
      file: text(details['file']),
      line: typeof details['line'] === 'number' ? details['line'] : null,
      field: text(details['field']),
      topic: text(details['topic']),
    }));
    return { problems: problems.sort((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b))), total: this.#total };
  }
}

/** Sorts problems; those of one rank stay in the order in which they were found. */
function rank({ line, code }: SetProblem): number {
  return line ?? (code === 'set-topic-incomplete' ? Infinity : 0);
}
