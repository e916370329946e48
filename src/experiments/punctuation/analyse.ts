/** From the units to the verdict: gates, contrasts, measures, the rule, and what the experiment cannot say. */
import type { JsonObject, UnitResult } from '../design.ts';
import type { Findings, Measure, RunSize } from '../experiment-types.ts';
import { briefly, gateNeeded } from '../verdict-words.ts';
import { APART, type AxisFindings, axisFindings, meanOver, SHARE, shareOf } from './contrasts.ts';
import { punctuationFigure, SET_WORDS } from './figure.ts';
import { judge } from './judge.ts';
import { lossesOf, NATS, type TopicLosses } from './losses.ts';
import { SETS } from './passes.ts';
import type { PunctuationSpec } from './spec.ts';

/** Analyses the units of a size. Throws `units-missing` and `unit-invalid`. */
export function analysePunctuation(
  spec: PunctuationSpec,
  size: RunSize,
  _prepared: JsonObject,
  units: readonly UnitResult[],
): Findings {
  const axes = axisFindings(spec, lossesOf(spec, size, units));
  return {
    ...judge(axes, spec),
    gates: axes.flatMap(({ gates }) => gates),
    contrasts: axes.flatMap(({ planned: { marks, behind, random } }) => [marks, behind, random]),
    measures: axes.flatMap((axis) => measuresOf(spec, axis)),
    wouldChange: wouldChange(spec, axes),
    limits: limitsOf(spec, size),
    figure: punctuationFigure(spec, axes),
  };
}

function measuresOf(spec: PunctuationSpec, { axis, topics }: AxisFindings): Measure[] {
  const measure = (id: string, says: string, unit: string, estimate: Measure['estimate']): Measure => ({
    id: `${axis.id}.${id}`,
    says: `${axis.name}: ${says}`,
    unit,
    estimate,
  });
  const ofTold = (of: (topic: TopicLosses) => number) => shareOf(topics, of, ({ told }) => told, spec);
  const ofAll = (of: (topic: TopicLosses) => number) => shareOf(topics, of, ({ lost }) => lost.all, spec);
  return [
    measure(
      'told-left',
      'difference in log odds between the versions, with the direction taken out at all tokens',
      NATS,
      meanOver(topics, ({ told, lost }) => told - lost.all, spec),
    ),
    measure(
      'lost-all',
      'lost at all tokens',
      APART,
      ofTold(({ lost }) => lost.all),
    ),
    measure(
      'random-all',
      'lost at all tokens along random directions',
      APART,
      ofTold(({ random }) => random.all),
    ),
    ...SETS.filter((set) => set !== 'all').map((set) =>
      measure(
        `lost-${set}`,
        `lost at ${SET_WORDS[set]}`,
        SHARE,
        ofAll(({ lost }) => lost[set]),
      ),
    ),
    measure(
      'lost-others',
      `lost at ${SET_WORDS.others}`,
      SHARE,
      ofAll(({ lost }) => lost.others),
    ),
    ...(['marks', 'others'] as const).map((set) =>
      measure(
        `random-${set}`,
        `lost at ${SET_WORDS[set]} along random directions`,
        SHARE,
        ofAll(({ random }) => random[set]),
      ),
    ),
    measure(
      'tokens',
      'commas and full stops among the tokens of a text',
      'share of tokens',
      shareOf(
        topics,
        ({ marks }) => marks,
        ({ tokens }) => tokens,
        spec,
      ),
    ),
  ];
}

function wouldChange(spec: PunctuationSpec, axes: readonly AxisFindings[]): string[] {
  const { rope } = spec.thresholds;
  return axes.flatMap(({ axis, gates, planned: { marks, behind, random } }) => [
    ...gates.filter(({ passed }) => !passed).map(gateNeeded),
    `CONFIRM needs, for ${axis.name}, the difference from as many other tokens above ${rope} by its whole interval, and what it is beyond random directions and the difference from the tokens behind above 0; they are ${briefly(marks.estimate, { signed: true })}, ${briefly(random.estimate, { signed: true })} and ${briefly(behind.estimate, { signed: true })}.`,
    `DENY needs, for ${axis.name}, the whole interval of the first difference below ${rope}.`,
  ]);
}

function limitsOf(spec: PunctuationSpec, size: RunSize): string[] {
  return [
    ...(size === 'quick'
      ? [`A quick run: ${spec.quick.groups} groups of topics an axis. It is a look, not a result.`]
      : []),
    spec.seenBefore,
    'One direction an axis and layer is taken out, fitted on the mean over all tokens of other texts. What lies along other directions stays.',
    'Shares do not add up: what is lost at one set of tokens may be written anew by others, and two sets may lose the same.',
    'Commas and full stops stand behind what they follow, and the last full stop ends the text. The tokens right behind the marks are a control for the place; they are words with little content of their own.',
    'The texts are short, made of clauses of one tone, by one writer. In the published study texts were film reviews, and the models were larger.',
    'A word is asked for behind a given opening; the model writes nothing.',
  ];
}
