/** The checks of a prompt set as a section of its card, kept between two markers so that it can be written anew. Pure. */
import { AppError } from '../../base/errors.ts';
import type { Estimate } from '../../stats/estimate.ts';
import type { SetChecks } from '../../probe/sets/set-checks.ts';
import { type ByPole, SET_POLES } from '../../probe/sets/set-rows.ts';

const BEGIN = '<!-- checks -->';
const END = '<!-- /checks -->';
const FORMS = {
  she: 'she, her, hers, herself',
  he: 'he, him, his, himself',
  I: 'I, me, my, mine, myself',
  you: 'you, your, yours, yourself',
} as const;

/** The section, markers included; equal checks give equal text. `sha256` is that of the rows file that was checked. */
export function checksSection(checks: SetChecks, sha256: string): string {
  const {
    axis,
    lengths,
    styles,
    punctuation,
    pronouns,
    names,
    duplicates,
    poleWords,
    bagOfWords,
    separatingWords,
    warnings,
  } = checks;
  const by = (label: string, cell: (pole: keyof ByPole<unknown>) => string): string =>
    `| ${label} | ${SET_POLES.map(cell).join(' | ')} |`;
  const styled = styles.filter(({ style }) => style !== null);
  const range = ({ fewestWords, mostWords }: SetChecks['lengths']['poles']['positive']): string =>
    fewestWords === null || mostWords === null ? '–' : `${fewestWords} to ${mostWords}`;
  const words =
    bagOfWords === null
      ? 'not measured: one topic, or one pole'
      : `${estimate(bagOfWords.auroc)}; shuffled labels ${two(bagOfWords.nullLow)} to ${two(bagOfWords.nullHigh)} (95 % of ${bagOfWords.flips})`;
  const lines = [
    BEGIN,
    '## Checks',
    '',
    `Counted by \`flipside check --card\` in the rows with SHA-256 ${sha256.slice(0, 16)}…: ${checks.topics} topics, ${checks.rows} turns.`,
    '',
    `| | ${SET_POLES.map((pole) => plain(axis[pole])).join(' | ')} |`,
    '|---|---|---|---|',
    by('turns', (pole) => `${lengths.poles[pole].rows}`),
    ...styled.map(({ style, rows }) => by(`turns in the style ${plain(style ?? '')}`, (pole) => `${rows[pole]}`)),
    by('words in a turn, mean', (pole) => one(lengths.poles[pole].meanWords)),
    by('words in a turn, fewest to most', (pole) => range(lengths.poles[pole])),
    by('characters in a turn, mean', (pole) => one(lengths.poles[pole].meanCharacters)),
    ...pronouns.map(({ pronoun, share }) => by(`turns with ${FORMS[pronoun]}`, (pole) => percent(share[pole]))),
    by('turns with a name of a woman', (pole) => percent(names.women.share[pole])),
    by('turns with a name of a man', (pole) => percent(names.men.share[pole])),
    '',
    '| | |',
    '|---|---|',
    `| different scenes | ${checks.scenes} |`,
    `| names of women and of men, scenes included, counted from a list of ${names.listed} names | ${names.women.names} in ${names.women.topics} topics; ${names.men.names} in ${names.men.topics} topics; none in ${names.topicsWithout} topics |`,
    `| largest difference in words within a topic | ${whole(lengths.largestDifference)}; between ${plain(axis.positive)} and ${plain(axis.negative)} ${whole(lengths.largestPoleDifference)} |`,
    `| AUROC of the number of words | ${estimate(lengths.wordsAuroc)} |`,
    `| AUROC of the number of characters | ${estimate(lengths.charactersAuroc)} |`,
    `| AUROC of the words alone (naive Bayes, every topic left out in turn) | ${words} |`,
    `| topics whose turns share their punctuation | ${punctuation.topics - punctuation.uneven.length} of ${punctuation.topics} |`,
    `| texts that occur more than once | ${duplicates.length} |`,
    `| words made from the names of the poles | ${poleWords.length === 0 ? 'none' : poleWords.map(({ word, rows }) => `*${plain(word)}* ${rows}`).join('; ')} |`,
    `| words that separate the poles most (times in ${plain(axis.positive)}, in ${plain(axis.negative)}) | ${separatingWords.length === 0 ? 'none' : separatingWords.map(({ word, positive, negative }) => `*${plain(word)}* ${positive}, ${negative}`).join('; ')} |`,
    '',
    `AUROC is of ${plain(axis.positive)} against ${plain(axis.negative)} turns: 0.5 is chance; in brackets its 95 % interval over topics.`,
    '',
    ...(warnings.length === 0
      ? ['No warnings.']
      : ['Warnings:', '', ...warnings.map((warning) => `- ${plain(warning)}`)]),
    END,
  ];
  return lines.join('\n');
}

/**
 * A card with the section in the place of the one that it holds, or at its end; without a card (null) one is begun with `name` and
 * `about`. Throws `set-invalid` where markers stand alone, twice or in the wrong order.
 */
export function withChecks(
  card: string | null,
  section: string,
  set: { readonly name: string; readonly about: string; readonly licence: string },
): string {
  if (card === null)
    return `# ${plain(set.name)}\n\n${plain(set.about)} Licence: ${plain(set.licence)}.\n\n${section}\n`;
  const [before, inside, ...more] = card.split(BEGIN);
  if (before === undefined || inside === undefined) {
    if (card.includes(END)) misplaced();
    return `${card.trimEnd()}\n\n${section}\n`;
  }
  const [, after, ...rest] = inside.split(END);
  if (after === undefined || more.length > 0 || rest.length > 0 || before.includes(END)) return misplaced();
  return `${before}${section}${after}`;
}

function misplaced(): never {
  throw new AppError(
    'set-invalid',
    `The card must hold "${BEGIN}" and "${END}" once each, in this order, or neither. Correct the card and try again.`,
    { file: 'CARD.md' },
  );
}

/** Text in which Markdown sees nothing but text, on one line. */
function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\|<>*_`]|(?<=\])\(/g, '\\$&');
}

function estimate(value: Estimate | null): string {
  if (value === null) return 'not measured: one pole has no turns';
  const interval =
    value.low === null || value.high === null ? 'no interval' : `[${two(value.low)}, ${two(value.high)}]`;
  return `${two(value.value)} ${interval}, ${value.n} topics${value.note === undefined ? '' : ` (${plain(value.note)})`}`;
}

const two = (value: number): string => value.toFixed(2);
const one = (value: number | null): string => value?.toFixed(1) ?? '–';
const whole = (value: number | null): string => (value === null ? '–' : `${value}`);
const percent = (share: number | null): string => (share === null ? '–' : `${Math.round(share * 100)} %`);
