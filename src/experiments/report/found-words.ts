/** What each verdict means in a plain sentence, and what it means that a check failed: by design, for no design's words name a pole. */
import type { DesignName, ExperimentVerdict } from '../experiment-types.ts';

/** Where the written rule came to a verdict, what that means. */
type Meanings = Readonly<Record<Exclude<ExperimentVerdict, 'INCONCLUSIVE'>, string>>;

/** By design; what the rule of the spec asks for stands behind each of them. */
export const MEANS = {
  authors: {
    CONFIRM: 'The author’s tone outlasts what a character says, and decides how the text goes on.',
    DENY: 'The last speaker counts: the author’s tone gives way to the character’s.',
    PARTIAL: 'The author’s tone outlasts the character’s, but not in everything that was asked.',
  },
  turners: {
    CONFIRM: 'Where an author’s people turned before, the model expects the next one to turn.',
    DENY: 'Whether an author’s people turned before makes no difference that counts.',
    PARTIAL: 'Where an author’s people turned before, a beginning counts for less. The order of sentences may be why.',
  },
  evidence: {
    CONFIRM: 'Sentences about a character add up: each further one counts nearly in full, wherever it stands.',
    DENY: 'Only the last sentence about a character counts.',
    PARTIAL: 'Every sentence about a character counts, not only the last. But they do not simply add up.',
  },
  mixture: {
    CONFIRM: 'Every sentence about a character counts alike, wherever it stands.',
    DENY: 'Only the last sentence about a character counts.',
    PARTIAL: 'Every sentence about a character counts, not only the last. But they do not simply add up.',
  },
  'flip-back': {
    CONFIRM: 'The reading flips back as readily as it turned.',
    DENY: 'The reading sticks to the darker side.',
    PARTIAL: 'The reading flips back, but not in everything that was asked.',
  },
  midpoint: {
    CONFIRM: 'After as many acts of one side as of the other, the model ends up about halfway.',
    DENY: 'After as many acts of each side, the model stays on the dark one.',
    PARTIAL: 'It does not get stuck, but not all that turning back asks for is shown.',
  },
  'outside-text': {
    CONFIRM: 'The farther a rule stands from the text, the better it holds, and the less it bends.',
    DENY: 'A rule inside the model holds and bends at least as well as one outside of it.',
    PARTIAL: 'A rule farther from the text holds better, but not in everything that was asked.',
  },
  placements: {
    CONFIRM: 'The farther from the text a supervision acts, the more of it attacks leave, and the less it gives way.',
    DENY: 'Acting farther from the text does not make a supervision sturdier and stiffer.',
    PARTIAL: 'Acting farther from the text goes with a part of what the claim says, or for one rule only.',
  },
  punctuation: {
    CONFIRM: 'Taking a direction out costs more at commas and full stops than at as many other tokens.',
    DENY: 'Taking a direction out costs little more at commas and full stops than at as many other tokens.',
    PARTIAL: 'It costs more at commas and full stops, but not on every axis, or not beyond every control.',
  },
  opposites: {
    CONFIRM: 'Showing what somebody is makes the opposite likelier.',
    DENY: 'Showing what somebody is does not make the opposite likelier.',
    PARTIAL: 'Showing what somebody is makes the opposite likelier for some kinds only.',
  },
  'two-poles': {
    CONFIRM: 'Because stories turn people: the opposite gains a larger share on conduct than on style.',
    DENY: 'Not because stories turn people: conduct and style call up their opposites alike, or neither does.',
    PARTIAL: 'The opposite gains, but whether stories are why cannot be told.',
  },
} as const satisfies Readonly<Record<DesignName, Meanings>>;

/** Where every check was passed and the numbers allow both answers. */
export const BOTH = 'The numbers allow both answers.';

/** A check of a design in short, for a figure, and what it means that the model or an instrument fails it. */
interface CheckWords {
  readonly name: string;
  readonly failed: string;
}

/** By the id of a gate; of one with a part before a dot, by what follows it. */
export const CHECKS: Readonly<Record<string, CheckWords>> = {
  'author-instrument': {
    name: 'tell authors apart',
    failed: 'This model hardly tells one kind of author from the other.',
  },
  'character-instrument': {
    name: 'tell characters apart',
    failed: 'This model hardly tells one kind of character from the other.',
  },
  byline: { name: 'read the byline', failed: 'This model hardly remembers who signed the text.' },
  bound: { name: 'tie author to byline', failed: 'This model does not tie an author to a byline.' },
  sway: {
    name: 'carry a beginning on',
    failed: 'How a story begins tells this model nothing of what the same person does next.',
  },
  instrument: { name: 'read the two sides', failed: 'The reading hardly tells one side from the other.' },
  attacked: { name: 'attacks work', failed: 'The attacks hardly lead this model away from the rule.' },
  placed: {
    name: 'reach one strength',
    failed: 'Too few places can be brought to the same strength in this model.',
  },
  told: {
    name: 'tell the versions apart',
    failed: 'This model hardly says of a text which version it was.',
  },
  carried: {
    name: 'take the direction out',
    failed: 'Taking this direction out loses no more of what the model says than taking a random one out.',
  },
  excepted: {
    name: 'exceptions work',
    failed: 'This model does not answer the exceptions as asked, even without a rule.',
  },
};

/** A contrast or measure that says how sure a verdict is, and what it is a number of. */
export interface SureWords {
  readonly id: string;
  readonly says: string;
  /** Whether its p belongs beside it: that of a null which the sentence denies. */
  readonly p?: true;
  /** Whether its unit belongs behind it: that of a number that is no share. */
  readonly unit?: true;
}

/** By design. */
export const SURE = {
  authors: [{ id: 'dominance', says: 'author over character' }],
  turners: [
    { id: 'turners', says: 'a beginning counts more after people who turn by', unit: true },
    { id: 'beyond', says: 'beyond the control with names dealt anew by', unit: true },
  ],
  evidence: [{ id: 'over-recency', says: 'better than the last sentence alone by', unit: true }],
  mixture: [{ id: 'over-recency', says: 'better than the last sentence alone by', unit: true }],
  'flip-back': [{ id: 'evidence-ratio', says: 'the way back over the way there' }],
  midpoint: [{ id: 'mixed', says: 'way from all dark (0) to all light (1)' }],
  'outside-text': [{ id: 's1.robustness-rises', says: 'distance against how well it holds' }],
  punctuation: [
    { id: 'sentiment.marks', says: 'punctuation beyond as many other tokens, of all that is lost: sentiment' },
    { id: 'character.marks', says: 'character' },
    { id: 'sentiment.lost-commas', says: 'commas alone lose, of sentiment' },
    { id: 'character.lost-commas', says: 'of character' },
  ],
  placements: [
    {
      id: 'sentence.attack.trend',
      says: 'rank correlation of what attacks leave with distance from the text: fixed sentence',
    },
    { id: 'insults.attack.trend', says: 'ban on insults' },
  ],
  opposites: [{ id: 'overall', says: 'gain of the opposite', unit: true }],
  'two-poles': [
    { id: 'share-conduct', says: 'share on conduct' },
    { id: 'share-style', says: 'on style' },
    { id: 'shares', says: 'difference', p: true },
  ],
} as const satisfies Readonly<Record<DesignName, readonly SureWords[]>>;
