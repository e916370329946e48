/** The curve of a probe's evidence over the layers, as it is drawn and saved. */
import type { FigurePanel } from '../../charts/figure.ts';
import { layerPanel } from '../../charts/layers/layer-panel.ts';
import { type ChartPicture, panelPicture } from '../../formats/figures/chart-picture.ts';

/** What is drawn; `nullAuroc95` is null where chance was not measured. */
interface Evidence {
  readonly auroc: readonly number[];
  readonly aurocLow: readonly number[];
  readonly aurocHigh: readonly number[];
  readonly nullAuroc95: number | null;
  readonly topics: number;
  readonly rows: number;
}

/** AUROC by layer with its interval, and the level that shuffled labels reach. */
export function evidencePanel(
  { auroc, aurocLow, aurocHigh, nullAuroc95 }: Evidence,
  { title, layer }: { readonly title: string; readonly layer: number },
): FigurePanel {
  const input = {
    curves: [{ name: 'this probe', values: auroc, low: aurocLow, high: aurocHigh }],
    ...(nullAuroc95 === null ? {} : { rival: { name: 'shuffled labels, best layer, 95 %', value: nullAuroc95 } }),
    range: [0.4, 1],
    layer,
  } as const;
  return layerPanel(input, { title: `${title}: AUROC by layer`, up: 'held-out AUROC' });
}

/** The same as a file is made of it, called `name`. */
export function evidencePicture(
  name: string,
  evidence: Evidence,
  about: { readonly title: string; readonly layer: number },
): ChartPicture {
  return panelPicture(
    name,
    evidencePanel(evidence, about),
    `Held-out AUROC by layer with its 95 % interval over topics; 0.5 is chance. ${evidence.topics} topics, ${evidence.rows} readings.`,
  );
}
