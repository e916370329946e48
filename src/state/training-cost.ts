/** How much a training reads. */
import { draftRows } from './set-rows.ts';
import type { SetSource } from '../core/training-plan.ts';

/** Readings of a prompt set: every turn, and every scene alone once. */
export function readingsOfSet(source: SetSource): number {
  const rows = draftRows(source.rows);
  return rows.length + new Set(rows.map((row) => `${row.topic}\n${row.context}`)).size;
}

/** Readings of the first `count` stories (all when null): one after each of their sentences. */
export function readingsOfStories(source: SetSource, count: number | null): number {
  const stories = source.rows.split('\n').filter((line) => line.trim() !== '');
  return stories.slice(0, count ?? stories.length).reduce((sum, line) => sum + beatsIn(line), 0);
}

function beatsIn(line: string): number {
  try {
    const { beats } = JSON.parse(line) as { beats?: unknown };
    return Array.isArray(beats) ? beats.length : 0;
  } catch {
    // Whoever trains on it is told where it is broken.
    return 0;
  }
}
