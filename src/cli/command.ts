/** What a command is, and how its options are read. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { AppError } from '../base/errors.ts';
import { embeddedFolder, graphOfType } from '../engine/node/model-folder.ts';
import { isKeptBits, KEPT_BITS, WHY_NOT_16, type KeptBits } from '../models/checkpoint/kept-weights.ts';

/** A command: `result` is printed as JSON, `ok: false` ends the program with status 1. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  run(args: readonly string[], signal: AbortSignal): Promise<{ result: unknown; ok: boolean }>;
}

/** Options by name, as typed on the command line. */
export class Options {
  readonly #command: string;
  readonly #values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  /** What stood there without an option's name, in order. */
  readonly words: readonly string[];

  /**
   * Parses `args`; unknown options throw `usage`, and stray words do unless the command takes some. A command that takes
   * `model` takes `dtype` and `bits` too.
   */
  constructor(
    command: string,
    args: readonly string[],
    known: NonNullable<ParseArgsConfig['options']>,
    { takesWords = false }: { readonly takesWords?: boolean } = {},
  ) {
    this.#command = command;
    try {
      const { values, positionals } = parseArgs({
        args: [...args],
        options: 'model' in known ? { ...known, dtype: { type: 'string' }, bits: { type: 'string' } } : known,
        strict: true,
        allowPositionals: takesWords,
      });
      this.#values = values;
      this.words = positionals;
    } catch (thrown) {
      throw new AppError(
        'usage',
        `${command}: ${(thrown instanceof Error ? thrown.message : String(thrown)).replace(/\s+/g, ' ')}`,
      );
    }
  }

  /** A text option, or undefined. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** A text option that must be there. */
  needed(name: string): string {
    const what = name === 'model' ? `: the folder of a model, such as the embedded ${embeddedFolder()}` : '';
    return (
      this.text(name) ??
      this.refuse(`--${name} is missing${what}. "flipside ${this.#command} --help" says how it is used`)
    );
  }

  /** The model's folder as `--model` names it, or the graph in it that `--dtype` picks. Throws `model-variant-missing`. */
  model(): string {
    const [folder, dtype] = [this.needed('model'), this.text('dtype')];
    return dtype === undefined ? folder : graphOfType(folder, dtype);
  }

  /** In how many bits `--bits` keeps the weights of safetensors; undefined where it is left out. */
  bits(): KeptBits | undefined {
    const text = this.text('bits');
    if (text === undefined) return undefined;
    const bits = Number(text);
    if (text === String(bits) && isKeptBits(bits)) return bits;
    return this.refuse(
      `--bits must be one of ${KEPT_BITS.join(', ')}, got "${text}"${text === '16' ? `: ${WHY_NOT_16}` : ''}`,
    );
  }

  /** All values of an option that may be repeated. */
  texts(name: string): string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  }

  /** A switch. */
  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** A number between limits, or the default. */
  number(name: string, fallback: number, limits: { min: number; max: number; whole?: boolean }): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (
      text.trim() === '' ||
      !(value >= limits.min && value <= limits.max) ||
      (limits.whole === true && !Number.isInteger(value))
    ) {
      this.refuse(
        `--${name} must be a ${limits.whole === true ? 'whole ' : ''}number from ${limits.min} to ${limits.max}, got "${text}"`,
      );
    }
    return value;
  }

  /** Throws `usage` for what was given; `message` is a sentence without its full stop. */
  refuse(message: string): never {
    throw new AppError('usage', `${this.#command}: ${message}.`);
  }
}
