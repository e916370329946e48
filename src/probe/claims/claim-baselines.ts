/** What a report allows one to say against less than the model: words, embeddings, length, odd directions, control tasks. */
import { atLayer, SAME_FITS, strengthOf } from './claim-reading.ts';
import { type Claim, figure, may, mayNot, percent, plain, signedFigure } from './claim-words.ts';
import { eitherWay } from './either-way.ts';
import type { MethodCurve, Report } from '../report-types.ts';
import type { Estimate } from '../../stats/estimate.ts';

/** A way to tell the poles apart without the model's layers. */
export interface Rival {
  /** As the subject of a sentence, e.g. `counting the words of the turns themselves (naive Bayes)`. */
  readonly name: string;
  /** The same in a list of objections. */
  readonly short: string;
  /** The same at the head of a row. */
  readonly label: string;
  /** Read in whichever direction separates better; null where it was not measured. */
  readonly auroc: Estimate | null;
  /** Why it was not. */
  readonly lacking: string;
}

/** Everything that the probe must beat before a model is needed, in the order of the card. */
export function rivalsOf({
  axis,
  baselines: { bagOfWords, embedding, length },
}: Pick<Report, 'axis' | 'baselines'>): Rival[] {
  const fewer = length.value < 0.5 ? axis.positive : axis.negative;
  return [
    {
      name: 'counting the words of the turns themselves (naive Bayes)',
      short: 'counting words',
      label: 'Words alone (naive Bayes)',
      auroc: bagOfWords,
      lacking: 'counting words had nothing to learn from',
    },
    {
      name: "the mean of the turns' own word embeddings, fitted as the probe is,",
      short: 'word embeddings',
      label: 'Word embeddings alone (layer 0), fitted as the probe is',
      auroc: embedding,
      lacking: 'what word embeddings give by the same fit was not measured',
    },
    {
      name: `the number of words alone (fewer for ${fewer})`,
      short: 'the number of words',
      label: `Number of words alone (fewer for ${fewer})`,
      auroc: eitherWay(length),
      lacking: '',
    },
  ];
}

/** Whether the probe's interval lies above that of less than a model. */
function isBeaten(rival: Estimate, probe: Estimate): boolean {
  return rival.high !== null && probe.low !== null && rival.high < probe.low;
}

/** What speaks against the need of a model, one clause for each rival that is not beaten. */
export function rivalObjections(report: Report, { nested: { auroc: probe } }: MethodCurve): string[] {
  return rivalsOf(report).flatMap(({ short, auroc, lacking }) => {
    if (auroc === null) return [lacking];
    return isBeaten(auroc, probe) ? [] : [`${short} may do as well (AUROC ${figure(auroc, 'topics')})`];
  });
}

/** Words, embeddings, length, random directions, control tasks. */
export function baselineClaims(report: Report, own: MethodCurve): Claim[] {
  const { axis, baselines, selectivity, layer, readings } = report;
  const { length, randomLow, randomHigh, randomCount } = baselines;
  const probe = own.nested.auroc;
  const shown = strengthOf(own) === 'shown';
  const [words, embedding, byLength] = rivalsOf(report);
  const claims = [
    ...(words === undefined ? [] : [rivalClaim(words, probe, shown, 'a count of words gives away')]),
    ...(embedding === undefined ? [] : [rivalClaim(embedding, probe, shown, 'the embeddings of its words give away')]),
    ...(byLength?.auroc ? lengthClaims(byLength.name, byLength.auroc, length, probe) : []),
  ];
  const at = atLayer(own, layer, probe.n);
  const random = `at layer ${layer} it reaches AUROC ${figure(at, 'topics')}, and 90 % of ${randomCount} directions drawn from the same readings' covariance lie between ${plain(randomLow[layer] ?? NaN)} and ${plain(randomHigh[layer] ?? NaN)}`;
  const above = (at.low ?? 0) > (randomHigh[layer] ?? 1);
  claims.push(
    above && shown
      ? may(`This direction reads better than any odd one: ${random}.`)
      : mayNot(`That this direction reads better than any odd one: ${random}${above ? `, ${SAME_FITS}` : ''}.`),
  );
  if (selectivity !== null) {
    const { task, control, controlTasks, selectivity: gain } = selectivity;
    const numbers = `accuracy ${percent(task)} on ${axis.positive} and ${axis.negative} against ${percent(control)} on ${controlTasks} tasks of labels dealt at random, difference ${signedFigure(gain, 'topics')} (${readings} readings, none held out)`;
    claims.push(
      (gain.low ?? -1) > 0
        ? may(`It learns the axis more readily than labels without meaning: ${numbers}.`)
        : mayNot(`That it learns the axis more readily than labels without meaning: ${numbers}.`),
    );
  }
  return claims;
}

const NEEDS_A_MODEL = 'That it takes a model to read this';

function rivalClaim({ name, auroc, lacking }: Rival, probe: Estimate, shown: boolean, gives: string): Claim {
  if (auroc === null) return mayNot(`${NEEDS_A_MODEL}: ${lacking}.`);
  const numbers = `${name} reaches AUROC ${figure(auroc, 'topics')}, the probe ${figure(probe, 'topics')}`;
  if (!isBeaten(auroc, probe)) return mayNot(`${NEEDS_A_MODEL}: ${numbers}, and the two intervals are not apart.`);
  return shown
    ? may(`It reads more than ${gives}: ${numbers}.`)
    : mayNot(`${NEEDS_A_MODEL}: ${numbers}, ${SAME_FITS}.`);
}

/** Length is passed over where it is beaten and may be chance. */
function lengthClaims(name: string, turned: Estimate, { low, high }: Estimate, probe: Estimate): Claim[] {
  const numbers = `${name} gives AUROC ${figure(turned, 'topics')}`;
  if (low === null || high === null) return [mayNot(`That length plays no part: ${numbers}.`)];
  if (!isBeaten(turned, probe))
    return [
      mayNot(
        `${NEEDS_A_MODEL}: ${numbers}, the probe ${figure(probe, 'topics')}, and the two intervals are not apart.`,
      ),
    ];
  return low > 0.5 || high < 0.5
    ? [
        mayNot(
          `That length plays no part: ${numbers}, which is not chance; the probe has AUROC ${figure(probe, 'topics')}.`,
        ),
      ]
    : [];
}
