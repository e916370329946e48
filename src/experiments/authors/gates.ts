/** What must hold before the verdict may be read: the instruments read what they were made for, and authors are bound to their bylines. */
import type { Gate } from '../experiment-types.ts';
import type { Estimate } from '../../stats/estimate.ts';
import { meanOver, type Numbers } from './numbers.ts';
import type { Instruments } from './prepare.ts';
import type { AuthorsSpec } from './spec.ts';

/** The gates, in the order of the report. */
export function gatesOf(spec: AuthorsSpec, numbers: Numbers, instruments: Instruments, layer: number): Gate[] {
  const { thresholds } = spec;
  const quality = (name: 'opening' | 'speech'): Estimate => ({
    value: instruments[name].quality[layer] ?? NaN,
    low: null,
    high: null,
    n: instruments[name].topics,
    note: 'every scenario scored by a fit without it',
  });
  return [
    gate(
      'author-instrument',
      'Kind and cruel authors are told apart on the narration before the quote, in fit scenarios that the instrument was not fitted on.',
      'AUROC',
      quality('opening'),
      thresholds.instrument,
      'value',
    ),
    gate(
      'character-instrument',
      'Heroes and villains are told apart on the quote itself, in the same way.',
      'AUROC',
      quality('speech'),
      thresholds.instrument,
      'value',
    ),
    gate(
      'byline',
      'With both authors in the context the last byline can be read from the narration that follows it.',
      'AUROC',
      numbers.decodable.before,
      thresholds.byline,
      'value',
    ),
    gate(
      'bound',
      "The author's effect on the narration before the quote is greater under the author's own byline than under an unseen one.",
      'sd',
      meanOver(spec, numbers.binding.before),
      thresholds.binding,
      'interval',
    ),
  ];
}

function gate(id: string, says: string, unit: string, measured: Estimate, at: number, needs: Gate['needs']): Gate {
  return {
    id,
    says,
    unit,
    measured,
    side: 'above',
    at,
    needs,
    passed: (needs === 'value' ? measured.value : (measured.low ?? NaN)) > at,
  };
}
