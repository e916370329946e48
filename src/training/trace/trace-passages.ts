/** Which texts a trace readout is fitted on and where in them is read: ends of turns and sentences, and places inside. */
import type { Axis } from '../../probe/probe-types.ts';
import { labelOf, type RowRole } from '../../stats/linear/rows.ts';
import type { Stand } from '../../reading/reading.ts';
import type { ControlSet } from '../../formats/sets/control-set.ts';
import type { PromptSet } from '../../formats/sets/prompt-set.ts';
import type { StorySet } from '../../formats/sets/story-set.ts';
import type { Passage } from '../reader.ts';

/** What a readout is trained with. */
export interface TraceTexts {
  readonly sets: readonly PromptSet[];
  /** Neutral stories. */
  readonly stories: StorySet;
  /** Sets whose turns are pulled to 0. */
  readonly zeros: readonly PromptSet[];
  /** Sets whose difference is projected out; a zero set may stand here too. */
  readonly freeOf: readonly PromptSet[];
  /** Labelled stories: every beat's cell is the name of a pole, or something else where it has no label. */
  readonly told: readonly ControlSet[];
}

/** One place that is read. */
export interface TracePlace {
  readonly role: RowRole | 'apart';
  /** What is left out together: a topic of one kind of set, or a story. */
  readonly unit: number;
  /** The set's name. */
  readonly set: string;
  /** The pole that its own set gives it. */
  readonly side: -1 | 0 | 1;
  /** The labelled story it belongs to; -1 elsewhere. */
  readonly story: number;
  readonly stand: Stand;
  /** Whether it takes part in the fit: the first words of a turn do not say yet what it is. */
  readonly fitted: boolean;
  /** Weight in the fit. */
  readonly weight: number;
}

/** A passage with what each of its places is. */
export interface TracePassage extends Passage {
  readonly text: readonly string[];
  readonly places: readonly TracePlace[];
}

/** Where inside a turn is read, as shares of its words, besides its end. */
export const INSIDE = [0.45, 0.65, 0.85] as const;
const INSIDE_ZERO = [0.7] as const;
const INSIDE_BEAT = [0.6] as const;
/** Weight of what is pulled to zero although something else differs in it. */
const HARD_WEIGHT = 10;
const STORY_WEIGHT = 0.5;
/** From this share of a sentence on its label shows. */
const SHOWS_FROM = 0.4;

/** All passages, in a fixed order; `texts` are the neutral texts to branch off. */
export function tracePassages(from: TraceTexts, texts: readonly string[]): TracePassage[] {
  let units = 0;
  const passages: TracePassage[] = [];
  const unitsByTopic = new Map<string, number>();
  const add = (text: readonly string[], readoutAfter: readonly number[], places: readonly TracePlace[]): void => {
    passages.push({ text, readoutTexts: texts, readoutAfter, places, lastTokens: true });
  };
  const turns = (set: PromptSet, kind: 'axis' | 'zero' | 'apart'): void => {
    const scenes = new Set<string>();
    for (const row of set.rows) {
      // Topics of equal name are one where they are of the axis, in whichever set they stand.
      const key = kind === 'axis' ? row.topic : `${set.name}\n${row.topic}`;
      const unit = unitsByTopic.get(key) ?? units++;
      unitsByTopic.set(key, unit);
      const side = labelOf(row.pole);
      const role = kind === 'axis' ? row.pole : kind;
      const parts = inParts(row.text, kind === 'axis' ? INSIDE : INSIDE_ZERO);
      const hard = kind === 'zero' && side !== 0 ? HARD_WEIGHT : 1;
      const base = { unit, set: set.name, story: -1, fitted: kind !== 'apart' } as const;
      const places = parts.map((_, part): TracePlace => ({
        ...base,
        role,
        side,
        ...(part === parts.length - 1
          ? { stand: 'sentence', weight: hard }
          : { stand: 'word', weight: hard / (parts.length - 1) }),
      }));
      const scene = `${row.topic}\n${row.context}`;
      const alone = kind === 'axis' && !scenes.has(scene) && row.context !== '';
      scenes.add(scene);
      const text = row.context === '' ? parts : [row.context, ...parts];
      const first = text.length - parts.length;
      add(
        text,
        [...(alone ? [0] : []), ...parts.map((_, part) => first + part)],
        [...(alone ? [{ ...base, role: 'setting', side: 0, stand: 'sentence', weight: 1 } as const] : []), ...places],
      );
    }
  };
  for (const set of from.sets) turns(set, 'axis');
  for (const set of from.zeros) turns(set, 'zero');
  for (const set of from.freeOf) if (!from.zeros.some(({ name }) => name === set.name)) turns(set, 'apart');
  for (const story of from.stories.stories) {
    const unit = units++;
    const beats = story.beats.map((beat) => inParts(beat, INSIDE_BEAT));
    const places = beats.flatMap((parts) =>
      parts.map((_, part): TracePlace => ({
        role: 'beat',
        unit,
        set: from.stories.name,
        side: 0,
        story: -1,
        stand: part === parts.length - 1 ? 'sentence' : 'word',
        fitted: true,
        weight: STORY_WEIGHT,
      })),
    );
    add(
      beats.flat(),
      places.map((_, place) => place),
      places,
    );
  }
  const { axis = null } = from.sets[0] ?? {};
  if (axis !== null)
    for (const { text, places } of toldTexts(from.told, axis)) {
      const unit = units++;
      add(
        text,
        text.map((_, part) => part),
        places.map((place) => ({ ...place, unit })),
      );
    }
  return passages;
}

/** A labelled story in parts, with what the place after each part is. */
export interface ToldText {
  readonly text: readonly string[];
  readonly places: readonly Omit<TracePlace, 'unit'>[];
}

/** The labelled stories of sets, those of sentences with the names of the poles; rows of other kinds are passed over. */
export function toldTexts(sets: readonly ControlSet[], axis: Pick<Axis, 'positive' | 'negative'>): ToldText[] {
  return sets
    .flatMap(({ name, rows }) => rows.flatMap((row) => (row.kind === 'story' ? [{ name, beats: row.beats }] : [])))
    .map(({ name, beats }, story) => {
      const sentences = beats.map(({ text, cell }) => storyParts(text, sideOf(cell, axis)));
      return {
        text: sentences.flatMap(({ parts }) => parts),
        places: sentences.flatMap(({ places }) => places.map((place) => ({ ...place, set: name, story }))),
      };
    });
}

/** A labelled sentence word by word; one without a label in a few parts, which only the running zero of a trace needs. */
function storyParts(
  text: string,
  side: -1 | 0 | 1,
): { readonly parts: readonly string[]; readonly places: readonly Omit<TracePlace, 'unit' | 'set' | 'story'>[] } {
  const parts = side === 0 ? inParts(text, [0.3, 0.65]) : text.split(' ');
  const shown = parts.map((_, part) => side !== 0 && (part + 1) / parts.length >= SHOWS_FROM);
  const inside = shown.slice(0, -1).filter(Boolean).length;
  const role: RowRole = side > 0 ? 'positive' : side < 0 ? 'negative' : 'beat';
  return {
    parts,
    places: parts.map((part, at) => {
      const end = at === parts.length - 1;
      return {
        role,
        side,
        stand: end ? 'sentence' : /[,;:]["'”’)\]]*$/u.test(part) ? 'clause' : 'word',
        fitted: shown[at] === true,
        weight: end ? 1 : 1 / Math.max(1, inside),
      };
    }),
  };
}

function sideOf(cell: string, { positive, negative }: Pick<Axis, 'positive' | 'negative'>): -1 | 0 | 1 {
  if (cell === positive) return 1;
  return cell === negative ? -1 : 0;
}

/** A text cut after so many shares of its words, without empty parts; the last part ends it. */
export function inParts(text: string, shares: readonly number[]): string[] {
  const all = text.split(' ');
  const cuts = [...new Set([...shares.map((share) => Math.floor(all.length * share)), all.length])]
    .filter((cut) => cut > 0)
    .sort((a, b) => a - b);
  return cuts.map((cut, index) => all.slice(cuts[index - 1] ?? 0, cut).join(' '));
}
