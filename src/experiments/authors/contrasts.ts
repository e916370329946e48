/** The contrasts that were planned before any run, with the sign-flip test of each and Holm over all of them. */
import type { Contrast, Measure } from '../experiment-types.ts';
import { detectable } from '../../stats/power.ts';
import { holm } from '../../stats/holm.ts';
import { ropeReading } from '../rope.ts';
import { signFlip } from '../../stats/sign-flip.ts';
import { standardDeviation } from '../../stats/stats.ts';
import { meanOver, type Numbers } from './numbers.ts';
import type { AuthorsSpec } from './spec.ts';

interface Planned {
  readonly id: string;
  readonly says: string;
  readonly unit: string;
  readonly values: readonly number[];
}

const SD = 'sd';
const NATS = 'nats a token';

/** The contrasts, in the order of the report. */
export function contrastsOf(spec: AuthorsSpec, numbers: Numbers): Contrast[] {
  const planned = plan(numbers);
  const tests = planned.map(({ values }) => signFlip(values, spec.permutations, spec.seed));
  const adjusted = holm(tests.map(({ p }) => p));
  return planned.map(({ id, says, unit, values }, at) => {
    const estimate = meanOver(spec, values);
    // The region of practical equivalence is in the unit of scores; for choices there is none.
    const rope = unit === SD ? ([-spec.thresholds.rope, spec.thresholds.rope] as const) : null;
    const test = tests[at];
    return {
      id,
      says,
      unit,
      estimate,
      p: test?.p ?? null,
      pHolm: adjusted[at] ?? null,
      null: `the sign of every scenario flipped, ${test?.exact === true ? 'all ways' : `${spec.permutations} draws`}`,
      rope,
      reading: rope === null ? null : ropeReading(estimate, rope),
      detectable: detectable(standardDeviation(values, 'sample'), values.length),
    };
  });
}

function plan({
  author,
  character,
  opening,
  speech,
  controls,
  binding,
  byline,
  choice,
  bylineChoice,
}: Numbers): Planned[] {
  return [
    {
      id: 'author-after',
      says: 'bA: the author, on the narration after the quote',
      unit: SD,
      values: author.after.author,
    },
    {
      id: 'character-after',
      says: 'bC: the character, on the narration after the quote',
      unit: SD,
      values: character.after.character,
    },
    {
      id: 'interaction-after',
      says: 'bAC: the author more under a hero than under a villain, on the narration after the quote',
      unit: SD,
      values: author.after.interaction,
    },
    {
      id: 'author-before',
      says: 'bA on the narration before the quote, along the direction that was fitted there',
      unit: SD,
      values: opening,
    },
    {
      id: 'character-quote',
      says: 'bC on the quote itself, along the direction that was fitted there',
      unit: SD,
      values: speech,
    },
    {
      id: 'binding-before',
      says: 'Binding: bA under the own byline less bA under an unseen one, before the quote',
      unit: SD,
      values: binding.before,
    },
    { id: 'binding-after', says: 'Binding after the quote', unit: SD, values: binding.after },
    {
      id: 'mismatched-after',
      says: 'bA after the quote where an unseen name signs the story: 0 if authors are bound',
      unit: SD,
      values: controls.mismatched.after,
    },
    {
      id: 'unsigned-after',
      says: 'bA after the quote where no one signs anything: the valence of the context and no author',
      unit: SD,
      values: controls.unsigned.after,
    },
    {
      id: 'scrambled-after',
      says: "bA after the quote with the excerpts' words in random order",
      unit: SD,
      values: controls.scrambled.after,
    },
    {
      id: 'byline-before',
      says: 'Both authors in the context: half of what the last byline changes before the quote, read by the byline instrument',
      unit: SD,
      values: byline.byline.before,
    },
    {
      id: 'choice-author',
      says: 'bA of the choice between a kind and a cruel way of going on',
      unit: NATS,
      values: choice.author,
    },
    { id: 'choice-character', says: 'bC of that choice', unit: NATS, values: choice.character },
    ...(bylineChoice === null
      ? []
      : [
          {
            id: 'choice-byline',
            says: 'Both authors in the context: half of what the last byline changes in that choice',
            unit: NATS,
            values: bylineChoice,
          },
        ]),
  ];
}

/** Numbers that stand beside. */
export function measuresOf(
  spec: AuthorsSpec,
  numbers: Numbers,
  cosine: number | null,
  fitScenarios: number,
): Measure[] {
  const { ratios, strengths, byline, decodable, author, character } = numbers;
  const over = (values: readonly number[]) => meanOver(spec, values);
  return [
    { id: 'persistence', says: 'P: bA after the quote over bA before it', unit: 'ratio', estimate: ratios.persistence },
    { id: 'leakage', says: 'L: bC after the quote over bC on it', unit: 'ratio', estimate: ratios.leakage },
    {
      id: 'persistence-shared',
      says: 'P with bA before the quote read along the direction that was fitted after it',
      unit: 'ratio',
      estimate: ratios.sharedPersistence,
    },
    {
      id: 'leakage-shared',
      says: 'L with bC on the quote read along the direction that was fitted after it',
      unit: 'ratio',
      estimate: ratios.sharedLeakage,
    },
    { id: 'leakage-less-persistence', says: 'L − P', unit: 'ratio', estimate: ratios.leakageOverPersistence },
    {
      id: 'dominance',
      says: 'ADI: (η² of the author − η² of the character) / their sum, after the quote, both in one unit and of one total',
      unit: '−1 to 1',
      estimate: ratios.dominance,
    },
    {
      id: 'clarity',
      says: "The same with each η² of its own instrument's rows: which of the two is read more cleanly, not which moves the stream more",
      unit: '−1 to 1',
      estimate: ratios.clarity,
    },
    { id: 'choice-difference', says: 'bA less bC of the choice', unit: NATS, estimate: ratios.choice },
    ...(cosine === null
      ? []
      : [
          {
            id: 'cosine',
            says: 'Cosine of the author and the character instrument',
            unit: 'cosine',
            estimate: { value: cosine, low: null, high: null, n: fitScenarios, note: 'of one fit' },
          },
        ]),
    ...strengths.map(({ strength, after }) => ({
      id: `author-after-${strength}`,
      says:
        strength === 0
          ? 'bA after the quote without any excerpt, where author is a name and nothing else: 0'
          : `bA after the quote, excerpts before it: ${strength}`,
      unit: SD,
      estimate: over(after),
    })),
    {
      id: 'byline-auroc-after',
      says: 'AUROC of the last byline on the narration after the quote, both authors in the context',
      unit: 'AUROC',
      estimate: decodable.after,
    },
    {
      id: 'byline-author-before',
      says: 'Both authors in the context: half of what the last byline changes before the quote, read by the author instrument',
      unit: SD,
      estimate: over(byline.author.before),
    },
    {
      id: 'recency-before',
      says: 'The same for the author that came last, whoever signs',
      unit: SD,
      estimate: over(byline.recency.before),
    },
    {
      id: 'author-leftover',
      says: 'bC after the quote, read by the author instrument',
      unit: SD,
      estimate: over(author.after.character),
    },
    {
      id: 'character-leftover',
      says: 'bA after the quote, read by the character instrument',
      unit: SD,
      estimate: over(character.after.author),
    },
  ];
}
