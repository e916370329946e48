/** What a set's header says, read without judging it: `formats/sets/prompt-set.ts` does that, before training. */
import type { Axis } from '../probe-types.ts';

/** What a header says that is shown or planned by; empty where it does not say it. */
export interface HeaderFacts {
  readonly name: string;
  readonly axis: Axis | null;
  readonly taps: readonly string[];
  readonly about: string;
}

/** Reads what a header says; never throws. */
export function headerFacts(header: string): HeaderFacts {
  const root = recordIn(header);
  const poles = isRecord(root['poles']) ? root['poles'] : {};
  const { positive, negative, neutral } = poles;
  const named = typeof positive === 'string' && typeof negative === 'string' && typeof neutral === 'string';
  const readoutTexts = Array.isArray(root['taps'])
    ? root['taps'].filter((text): text is string => typeof text === 'string')
    : [];
  return {
    name: textOf(root['name']),
    axis: named ? { positive, negative, neutral } : null,
    taps: readoutTexts,
    about: textOf(root['about']),
  };
}

/** The object that a line or a file holds; an empty one where it holds none. */
export function recordIn(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : {};
  } catch {
    // The training itself says where it is broken; here there is nothing to show of it.
    return {};
  }
}

/** A value as text, or the empty text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The neutral pole of rows that name two poles only; `other` where one of these is called so. */
export function neutralName(names: readonly string[]): string {
  return names[2] ?? ['neutral', 'other', 'neither'].find((name) => !names.includes(name)) ?? '';
}
