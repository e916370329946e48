/** The files that a probe can be saved as. */
import { parseProbe } from '../../../formats/probe/probe.ts';
import { probeCard } from '../../../formats/probe/probe-card.ts';
import { controlVectorOf } from '../../../formats/containers/control-vector.ts';
import { writeControlVector } from '../../../formats/containers/gguf.ts';
import { tableCsv } from '../../../formats/probe/report-tables.ts';
import type { JudgedOffer } from './judged.svelte.ts';
import type { FileContent } from '../../../state/storage/save-file.ts';

/** A file that can be made. */
export interface ExportFile {
  readonly name: string;
  readonly says: string;
  readonly type: string;
  make(): Promise<FileContent>;
}

/** The files of a probe, most wanted first. */
export function exportFiles({ offer, card, judgement, ablation }: JudgedOffer): readonly ExportFile[] {
  const whole = async () => {
    const { json, tensors } = await offer.files();
    return parseProbe(json, new Uint8Array(tensors));
  };
  const vector = (which: 'steering' | 'directions') => async (): Promise<FileContent> =>
    writeControlVector(controlVectorOf(await whole(), which));
  const report = judgement?.report;
  const judgedFiles: readonly ExportFile[] =
    report === undefined
      ? []
      : [
          {
            name: 'report.json',
            says: 'the judgement, every number',
            type: 'application/json',
            make: async () => (await offer.files()).reportJson ?? '',
          },
          {
            name: 'CARD.md',
            says: 'the same for reading',
            type: 'text/markdown',
            make: () => Promise.resolve(probeCard(card, report, ablation)),
          },
        ];
  return [
    {
      name: 'probe.json',
      says: 'what it is, and its calibration',
      type: 'application/json',
      make: async () => (await offer.files()).json,
    },
    {
      name: 'directions.safetensors',
      says: 'the directions by layer',
      type: 'application/octet-stream',
      make: async () => (await offer.files()).tensors,
    },
    ...judgedFiles,
    {
      name: `${card.id}.steering.gguf`,
      says: 'control vector for steering, for llama.cpp',
      type: 'application/octet-stream',
      make: vector('steering'),
    },
    {
      name: `${card.id}.directions.gguf`,
      says: 'control vector of the reading directions',
      type: 'application/octet-stream',
      make: vector('directions'),
    },
  ];
}

/** Every table of the judgement as a CSV file. */
export function tableFiles({ card, judgement }: JudgedOffer): readonly ExportFile[] {
  return (judgement?.tables ?? []).map((table) => ({
    name: `${card.id}.${table.name}.csv`,
    says: table.name,
    type: 'text/csv',
    make: async () => tableCsv(table),
  }));
}
