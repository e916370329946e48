/** The order in which a story shows its light and dark beats, and the text that comes of it. Pure. */
import type { Passage } from '../../training/reader.ts';

/** Beats of every story. */
export const BEATS = 12;

/** What a beat shows: the light pole (L) or the dark one (W). */
export type Letter = 'L' | 'W';

/** Sentences of a story's own that may stand before a beat: a dream and its end, what the dark acts were for, another subject. */
export const SPECIALS = ['dream', 'wake', 'reveal', 'rupture'] as const;
export type Special = (typeof SPECIALS)[number];

/** Eight orders; the analysis asks for each by its name. */
export const SCHEDULE_IDS = [
  'all-light',
  'all-dark',
  'light-dark',
  'dark-light',
  'reveal',
  'dark-light-dark',
  'dream',
  'rupture',
] as const;
export type ScheduleId = (typeof SCHEDULE_IDS)[number];

/** The four that every axis has. */
export const PLAIN_IDS = ['all-light', 'all-dark', 'light-dark', 'dark-light'] as const satisfies readonly ScheduleId[];

/** Beats before the first and before the second switch. */
export const SWITCHES = [4, 8] as const;

/** What each order must be, so that a beat of one is compared with the same beat of another; `special` as in {@link Schedule}. */
export const SHAPES: Readonly<
  Record<ScheduleId, { readonly letters: string; readonly special: readonly (readonly [beat: number, use: Special])[] }>
> = {
  'all-light': { letters: 'LLLLLLLLLLLL', special: [] },
  'all-dark': { letters: 'WWWWWWWWWWWW', special: [] },
  'light-dark': { letters: 'LLLLWWWWWWWW', special: [] },
  'dark-light': { letters: 'WWWWLLLLLLLL', special: [] },
  reveal: { letters: 'LLLLWWWWLLLL', special: [[9, 'reveal']] },
  'dark-light-dark': { letters: 'WWWWLLLLWWWW', special: [] },
  dream: {
    letters: 'LLLLWWWWLLLL',
    special: [
      [5, 'dream'],
      [9, 'wake'],
    ],
  },
  rupture: { letters: 'WWWWLLLLLLLL', special: [[5, 'rupture']] },
};

/** One order. */
export interface Schedule {
  readonly id: ScheduleId;
  /** One a beat. */
  readonly letters: readonly Letter[];
  /** Which sentence stands before which beat, beats counted from 1. */
  readonly special: readonly { readonly beat: number; readonly use: Special }[];
}

/** A beat in both versions. */
export interface Beat {
  readonly light: string;
  readonly dark: string;
}

/** A protagonist, a setting and twelve beats. */
export interface Story extends Readonly<Partial<Record<Special, string>>> {
  readonly id: string;
  readonly opening: string;
  readonly beats: readonly Beat[];
}

/** The opening, then a segment a beat; a special sentence leads the segment of its beat. */
export function segmentsOf(story: Story, schedule: Schedule): string[] {
  const beats = story.beats.map((beat, i) => {
    const text = schedule.letters[i] === 'L' ? beat.light : beat.dark;
    const use = schedule.special.find(({ beat: at }) => at === i + 1)?.use;
    const lead = use === undefined ? undefined : story[use];
    return lead === undefined ? text : `${lead} ${text}`;
  });
  return [story.opening, ...beats];
}

/** What is read: after the opening and after every beat. */
export function passageOf(story: Story, schedule: Schedule, readoutTexts: readonly string[]): Passage {
  const text = segmentsOf(story, schedule);
  return { text, readoutTexts, readoutAfter: text.map((_, i) => i) };
}

/** Characters that reading all of `schedules` takes, control texts included and common beginnings counted once. */
export function charactersOf(story: Story, schedules: readonly Schedule[], readoutTexts: readonly string[]): number {
  const readoutLength = readoutTexts.reduce((sum, readoutText) => sum + readoutText.length + 1, 0);
  const seen = new Set<string>();
  let sum = 0;
  for (const schedule of schedules) {
    let path = '';
    for (const segment of segmentsOf(story, schedule)) {
      path += `\n${segment}`;
      if (!seen.has(path)) sum += segment.length + 1 + readoutLength;
      seen.add(path);
    }
  }
  return sum;
}
