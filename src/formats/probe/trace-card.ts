/** The section of a probe's card about the readout inside a text: what is read, and what that is worth. */
import type { ProbeHead } from '../../probe/probe-head.ts';
import { type Estimate, withInterval } from '../../stats/estimate.ts';
import { mean } from '../../stats/stats.ts';
import { table, three } from './card-tables.ts';

/** The section; none for a probe without a readout. */
export function traceSection({ trace, axis }: ProbeHead): string[] {
  if (trace === null) return [];
  const {
    texts,
    layers,
    freeOf,
    evidence: { topics, sets, stories, apart },
  } = trace;
  const row = (name: string, { ends, inside }: { readonly ends: Estimate; readonly inside: Estimate }): string[] => [
    name,
    withInterval(ends, three),
    withInterval(inside, three),
    String(ends.n),
  ];
  const meanOf = (of: 'ends' | 'inside'): string => three(mean(sets.map((set) => set[of].value)));
  const rows = [
    row('turns, every topic left out', topics),
    ...sets.map((set) => row(`set ${set.name} left out`, set)),
    ...(sets.length < 2 ? [] : [['mean of the sets', meanOf('ends'), meanOf('inside'), String(sets.length)]]),
    ...(stories === null
      ? []
      : [
          row('inside a story, each story left out', stories.within),
          row('all stories together, each left out', stories.pooled),
        ]),
  ];
  const free =
    freeOf.length === 0
      ? ''
      : ` Before the fit the ${freeOf.length === 1 ? 'difference' : 'differences'} of ${freeOf.join(' and ')} ${freeOf.length === 1 ? 'is' : 'are'} projected out.`;
  const parts = [
    `## Read inside a text

After any token, ${texts.map((text) => `"${text} …"`).join(' and ')} is branched off and never enters the text. Directions fitted there, one for sentence ends (with the text's own
last token) and one for every other place, give a score at every layer; the reading is the mean over layers ${layers.join(', ')}.
Its unit is the standard deviation of that mean over the training turns.${free}

AUROC of ${axis.positive} against ${axis.negative} by fits that saw nothing of the topic, set or story; 95 % interval over n of them:

${table(['texts', 'sentence ends', 'places inside', 'n'], rows)}

Turns are judged by single readings. Stories are judged over all words of labelled sentences, smoothed as the page shows them; the first words of a
sentence carry its label before anything has happened.`,
  ];
  if (apart.length > 0)
    parts.push(
      `What should not move it, at sentence ends (0.5 is right), by parts of the topics that neither fit nor projection saw: ${apart.map(({ name, auroc }) => `${name} ${withInterval(auroc, three)} (n = ${auroc.n})`).join('; ')}.`,
    );
  return parts;
}
