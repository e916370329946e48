/** What of a set's checks is worth a warning, in sentences with the values that were found. */
import { FEWEST_UNITS } from '../../stats/effect.ts';
import type { Estimate } from '../../stats/estimate.ts';
import type { SetFindings } from './set-findings.ts';
import { LENGTH_TOLERANCE } from './set-lengths.ts';
import type { SetPole } from './set-rows.ts';

/** With fewer topics whose names are known, their balance is chance. */
const ENOUGH_TO_COMPARE = 12;

/** Sentences, the gravest first, none twice; empty where nothing was found. */
export function setWarnings(found: SetFindings): string[] {
  return [
    ...new Set([...sizeWarnings(found), ...balanceWarnings(found), ...leakWarnings(found), ...wordingWarnings(found)]),
  ];
}

/** Too little to measure. */
function sizeWarnings(found: SetFindings): string[] {
  const { topics, lengths, withoutNeutral } = found;
  const empty = (['positive', 'negative'] as const).filter((pole) => lengths.poles[pole].rows === 0);
  const out = empty.map((pole) => `No turn is ${name(found, pole)}: there is nothing to tell apart.`);
  if (topics === 0) out.push('The set holds no turns.');
  else if (topics === 1)
    out.push(
      `There is 1 topic: none can be left out to test on, so nothing can be measured. Write at least ${FEWEST_UNITS}.`,
    );
  else if (topics < FEWEST_UNITS)
    out.push(`There are ${topics} topics: too few for an interval. Write at least ${FEWEST_UNITS}.`);
  if (withoutNeutral.length > 0)
    out.push(`${topicsThat(withoutNeutral, 'has', 'have')} no ${name(found, 'neutral')} turn, which training needs.`);
  return out;
}

/** Poles that are not set against each other evenly. */
function balanceWarnings(found: SetFindings): string[] {
  const out: string[] = [];
  if (found.unbalanced.length > 0)
    out.push(
      `${topicsThat(found.unbalanced, 'holds', 'hold')} more turns of one pole than of the other: a topic then gives away the label.`,
    );
  if (found.unsharedContexts.length > 0)
    out.push(
      `${topicsThat(found.unsharedContexts, 'has', 'have')} a context that not every pole shares: the scene then gives away the label.`,
    );
  const { women, men } = found.names;
  const [fewer, more] = [Math.min(women.topics, men.topics), Math.max(women.topics, men.topics)];
  if (more >= ENOUGH_TO_COMPARE && more > 2 * fewer)
    out.push(
      `Names of ${women.topics > men.topics ? 'women' : 'men'} stand in ${more} topics and of ${women.topics > men.topics ? 'men' : 'women'} in ${fewer}, counted from a list of ${found.names.listed} names: a probe may learn whose they are.`,
    );
  for (const { style, rows } of found.styles) {
    if (style !== null && rows.positive !== rows.negative)
      out.push(
        `Style "${style}" has ${rows.positive} ${name(found, 'positive')} and ${rows.negative} ${name(found, 'negative')} turns.`,
      );
  }
  return out;
}

/** What tells the poles apart without a model. */
function leakWarnings(found: SetFindings): string[] {
  const out: string[] = [];
  const { bagOfWords: words, lengths } = found;
  if (words !== null) {
    const measured = `AUROC ${two(words.auroc.value)}, where shuffled labels give ${two(words.nullLow)} to ${two(words.nullHigh)}.`;
    if (words.auroc.value > words.nullHigh) out.push(`The words alone tell the poles apart in new topics: ${measured}`);
    if (words.auroc.value < words.nullLow)
      out.push(
        `The words alone point the wrong way in new topics, because words of one pole recur at the other: ${measured}`,
      );
  }
  const byLength =
    lengthWarning(found, lengths.wordsAuroc, 'words') ?? lengthWarning(found, lengths.charactersAuroc, 'characters');
  if (byLength !== undefined) out.push(byLength);
  if (lengths.unevenTopics.length > 0)
    out.push(
      `${topicsThat(lengths.unevenTopics, 'has', 'have')} turns that differ by more than ${LENGTH_TOLERANCE} words.`,
    );
  return out;
}

/** What readers of the set would want to mend. */
function wordingWarnings(found: SetFindings): string[] {
  const out: string[] = [];
  for (const { pole, word, rows } of found.poleWords)
    out.push(
      `"${word}", from the name of the pole ${name(found, pole)}, stands in ${rows} ${rows === 1 ? 'turn' : 'turns'}.`,
    );
  for (const { text, rows } of found.duplicates)
    out.push(
      `Rows ${rows.map((row) => row + 1).join(', ')} have the same text: "${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`,
    );
  if (found.punctuation.uneven.length > 0)
    out.push(`${topicsThat(found.punctuation.uneven, 'has', 'have')} turns whose punctuation differs.`);
  const { positive, negative } = found.lengths.poles;
  for (const { pronoun, share } of found.pronouns) {
    if (share.positive === null || share.negative === null) continue;
    const apart = Math.abs(share.positive - share.negative);
    if (apart > PRONOUN_TOLERANCE && Math.abs(share.positive * positive.rows - share.negative * negative.rows) >= 3) {
      out.push(
        `Forms of "${pronoun}" stand in ${percent(share.positive)} of the ${name(found, 'positive')} and ${percent(share.negative)} of the ${name(found, 'negative')} turns.`,
      );
    }
  }
  return out;
}

/** Difference between the poles' shares of a pronoun that is worth a warning. */
const PRONOUN_TOLERANCE = 0.1;

function lengthWarning(found: SetFindings, auroc: Estimate | null, unit: 'words' | 'characters'): string | undefined {
  if (auroc === null || auroc.low === null || auroc.high === null) return undefined;
  // As it is printed: an interval that reads [0.41, 0.50] would not bear the sentence out.
  if (Number(two(auroc.low)) <= 0.5 && Number(two(auroc.high)) >= 0.5) return undefined;
  const longer = auroc.value > 0.5 ? 'positive' : 'negative';
  return `${name(found, longer)} turns are longer in ${unit}: AUROC ${two(auroc.value)} [${two(auroc.low)}, ${two(auroc.high)}] by length alone.`;
}

/** `1 topic has` or `3 topics have`, with the first names. */
function topicsThat(topics: readonly string[], one: string, many: string): string {
  const names = topics
    .slice(0, 3)
    .map((topic) => `"${topic}"`)
    .join(', ');
  return `${topics.length} ${topics.length === 1 ? 'topic' : 'topics'} (${names}${topics.length > 3 ? ', …' : ''}) ${topics.length === 1 ? one : many}`;
}

const name = (found: SetFindings, pole: SetPole): string => `"${found.axis[pole]}"`;
const two = (value: number): string => value.toFixed(2);
const percent = (share: number): string => `${Math.round(100 * share)} %`;
