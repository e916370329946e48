/** A probe judged on a set before and after the set's telling words are masked: its numbers, sentences and tables. Plain data. */
import { type Estimate, withInterval } from '../../stats/estimate.ts';
import type { MaskedWord } from '../sets/mask-words.ts';
import type { JudgementTable } from './judgement-tables.ts';

/** AUROC at one layer; intervals are 95 % over topics, and those of differences are paired. */
export interface MaskedLayer {
  readonly layer: number;
  readonly before: Estimate;
  readonly after: Estimate;
  /** `before` less `after`. */
  readonly drop: Estimate;
  /** AUROC with as many other words masked, for each drawing of them. */
  readonly control: readonly number[];
  /** `before` less the mean of `control`. */
  readonly controlDrop: Estimate;
  /** `drop` less `controlDrop`: what the telling words cost beyond any words. */
  readonly beyond: Estimate;
}

/** What masking did. */
export interface MaskedJudgement {
  /** How many telling words of the other topics were masked in each topic. */
  readonly most: number;
  readonly maskWord: string;
  readonly words: readonly MaskedWord[];
  /** Words masked, in all turns of both poles, and turns with at least one of them. */
  readonly maskedWords: number;
  readonly maskedTurns: number;
  readonly turns: number;
  readonly topics: number;
  /** Words masked in each drawing of the control: fewer than `maskedWords` where a turn has not so many others. */
  readonly controlWords: number;
  /**
   * AUROC of the bag of words, every topic left out in turn, before and after: what words alone still tell. After, the words
   * found without a topic are masked in that topic and in those that it is scored by.
   */
  readonly wordsAlone: { readonly before: Estimate; readonly after: Estimate };
  readonly byLayer: readonly MaskedLayer[];
}

/** What is found at `layer`, in sentences, the finding first. */
export function maskedSentences(masked: MaskedJudgement, layer: number): string[] {
  const at = masked.byLayer[layer];
  if (at === undefined) return [];
  const { maskedWords, maskedTurns, turns, topics, wordsAlone } = masked;
  if (maskedWords === 0) return ['No telling word of the other topics stands in any turn, so nothing was masked.'];
  return [
    `Masking the telling words takes AUROC from ${shown(at.before)} to ${shown(at.after)} at layer ${layer}. That is a drop of ${shown(at.drop)}, n = ${topics} topics.`,
    `As many other words of the same turns, drawn at random ${at.control.length} times, drop it by ${shown(at.controlDrop)}.`,
    `The telling words drop it by ${shown(at.beyond)} more than those. ${verdict(at.beyond)}`,
    `The bag of words reaches ${shown(wordsAlone.before)} before and ${shown(wordsAlone.after)} after.`,
    `Masked: ${maskedWords} words in ${maskedTurns} of ${turns} turns, the ${masked.most} words that tell the other topics apart best, each replaced by “${masked.maskWord}”.`,
  ];
}

function verdict({ low, high }: Estimate): string {
  if (low === null || high === null) return 'There are too few topics for an interval: this may be luck.';
  if (low > 0) return 'So part of the score rests on them.';
  if (high < 0) return 'So the score rests on other words more than on them.';
  return 'The interval holds 0: this is not told apart from masking any words.';
}

function shown(estimate: Estimate): string {
  return withInterval(estimate, (value) => {
    const text = value.toFixed(2);
    return Number(text) === 0 ? '0.00' : text.replace('-', '−');
  });
}

/** One row a layer: AUROC before and after, the drop, that of the control, and the difference of both. */
export function maskedLayers({ byLayer }: MaskedJudgement): JudgementTable {
  const estimates = ['before', 'after', 'drop', 'controlDrop', 'beyond'] as const;
  const names = ['auroc_before', 'auroc_after', 'drop', 'control_drop', 'beyond_control'];
  return {
    name: 'masked-by-layer',
    header: ['layer', ...names.flatMap((name) => [name, `${name}_low95`, `${name}_high95`]), 'n_topics'],
    rows: byLayer.map((row) => [
      row.layer,
      ...estimates.flatMap((name) => [row[name].value, row[name].low, row[name].high]),
      row.drop.n,
    ]),
  };
}

/** One row a masked word. */
export function maskedWordsTable({ words }: MaskedJudgement): JudgementTable {
  return {
    name: 'masked-words',
    header: ['word', 'masked_positive', 'masked_negative', 'topics'],
    rows: words.map(({ word, positive, negative, topics }) => [word, positive, negative, topics]),
  };
}
