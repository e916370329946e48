/** Numbers that the settings of a checkpoint hold, whatever it calls them; refused by name where they are no such numbers. */
import { damaged } from '../../models/checkpoint/refusal.ts';
import { shown } from '../../base/shown.ts';

/** A setting: the file that it stands in, its name there, and its value from outside. */
export interface Setting {
  readonly file: string;
  readonly key: string;
  readonly value: unknown;
}

/** The setting as a whole number from `least` to `most`. Throws `model-checkpoint-invalid`. */
export function wholeIn({ file, key, value }: Setting, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    return damaged(
      file,
      `${file} ${key} must be a whole number from ${least} to ${most}, got ${shown(value ?? null)}.`,
    );
  return value;
}

/** The setting as a number above 0. Throws `model-checkpoint-invalid`. */
export function positiveIn({ file, key, value }: Setting): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    return damaged(file, `${file} ${key} must be a number above 0, got ${shown(value ?? null)}.`);
  return value;
}
