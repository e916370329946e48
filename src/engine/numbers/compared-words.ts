/** What a numbers check compared with what, in plain words. */
import type { NumbersReport } from '../../models/engine-report.ts';
import type { ElementType } from '../../graph/tensor-type.ts';

type Against = NumbersReport['against'];

/** What the streams, logits and greedy tokens were held to. */
const AGAINST = {
  shipped:
    'The stream after every layer, the last logits and the greedy tokens were compared with PyTorch in float32 on the same weights: the reference that lies with the model.',
  given:
    'The stream after every layer, the last logits and the greedy tokens were compared with the reference file that was given.',
  processor:
    'The stream after every layer, the last logits and the greedy tokens were compared with the same rewritten graph in float32 on the processor. That shows what this device and 16-bit numbers change, not whether the export is right.',
  none: 'No reference lies with this model, so nothing here says whether its export computes what the model was trained to compute. docs/models.md has the ten lines that make a reference, for --reference.',
} as const satisfies Record<Against, string>;

/** The sentences of a report. */
export function comparedWords(
  report: Pick<NumbersReport, 'against' | 'untouchedLogitsError' | 'placeError' | 'branchError'>,
  {
    texts,
    rounds,
    layers,
    activations,
  }: { readonly texts: number; readonly rounds: boolean; readonly layers: number; readonly activations: ElementType },
): readonly string[] {
  return [
    AGAINST[report.against],
    report.untouchedLogitsError === null
      ? 'The graph as it was exported had no room beside this one, so the two were not compared with each other.'
      : `The last logits of ${texts === 1 ? 'one text' : `${texts} texts`} were compared with those of the graph as it was exported, on this device, without the setting that rounds activations to eight bits (accuracy_level)${rounds ? '. Its products of whole numbers round them all the same, so the two may differ by a fifth of the largest logit' : ''}.`,
    ...(report.placeError === null
      ? []
      : [
          `A vector was added after each of ${layers} layers: the stream read there must move by it, and what is read before it not at all${activations === 'float32' ? '' : `, to what ${activations} holds`}.`,
        ]),
    ...(report.branchError === null
      ? []
      : ['A text that branches off another in one pass was compared with the same text read alone.']),
  ];
}
