/** `judge`: an existing probe, or a control vector made elsewhere, on a prompt set. */
import { basename, join } from 'node:path';
import { csv } from '../../base/csv.ts';
import type { DtypeAgreement } from '../../probe/dtype-agreement.ts';
import { AppError } from '../../base/errors.ts';
import type { Judgement } from '../../probe/evidence/judgement-types.ts';
import {
  type MaskedJudgement,
  maskedLayers,
  maskedSentences,
  maskedWordsTable,
} from '../../probe/evidence/masked-judgement.ts';
import { judgedAbout, judgedLayers } from '../../probe/evidence/judgement-tables.ts';
import { readControlVector } from '../../formats/containers/gguf.ts';
import { parseControlSet } from '../../formats/sets/control-set.ts';
import type { PromptSet } from '../../formats/sets/prompt-set.ts';
import { openNodeReader } from '../../engine/node/node-engine.ts';
import type { LongCall } from '../../training/collect.ts';
import { judgeProbe } from '../../training/evidence/judge.ts';
import { judgeMasked } from '../../training/evidence/judge-masked.ts';
import { judgeVector } from '../../training/evidence/judge-vector.ts';
import type { SegmentReader } from '../../training/reader.ts';
import { judgeStories } from '../../training/trace/judge-readout.ts';
import { agreementPart, carriedProbe, FITTED_ON, FITTED_ON_USAGE } from '../carried-probe.ts';
import { Options, type Command } from '../command.ts';
import { openReader } from '../open-model.ts';
import { readInput, readProbe, readPromptSet, readSetFiles, writeOutput } from '../files.ts';
import { showProgress } from '../progress.ts';

/** Scores a set with a probe that was trained elsewhere. `open` brings the model of a folder in. */
export const judgeWith = (open: typeof openNodeReader): Command => ({
  name: 'judge',
  usage: `judge --model DIR (--probe DIR ${FITTED_ON_USAGE} (--set FILE.set.json | --stories FILE.set.json) | --vector FILE.gguf --set FILE.set.json) [--mask-telling N] [--csv DIR]`,
  summary:
    'AUROC and paired accuracy per layer of an existing probe, or of a control vector, on a prompt set (neutral rows and scenes may be missing), against 1,000 shuffles of the labels within topics, with what must be said beside them. --stories judges its readings inside a text instead, on labelled stories (a control set whose cells are named like the poles): AUROC over all words and at sentence ends, within stories and pooled, beside the raw views. --csv also writes the tables of a set. --mask-telling N, with --probe and --set, masks in each topic the N words that tell the poles of the other topics apart best, and gives AUROC before, after and the drop, beside as many other words masked at random. A probe of another variant of this model is measured first, as by read.',
  async run(args, signal) {
    const options = new Options('judge', args, {
      model: { type: 'string' },
      probe: { type: 'string' },
      vector: { type: 'string' },
      set: { type: 'string' },
      stories: { type: 'string' },
      csv: { type: 'string' },
      'mask-telling': { type: 'string' },
      ...FITTED_ON,
    });
    const stories = options.text('stories');
    if (stories !== undefined) return onStories(open, options, stories, signal);
    const most = maskedBy(options);
    const subject = await subjectOf(options);
    const set = await readPromptSet(options.needed('set'), { requireNeutral: false, emptyScenes: true });
    const tables = options.text('csv');
    const reader = await openReader(open, options);
    try {
      const { judgement, carried, masked, said } = await subject.judge(reader, set, most, {
        onProgress: ({ stage, done, total }) => showProgress(stage, done, total),
        signal,
      });
      if (tables !== undefined)
        for (const table of [
          judgedAbout(judgement, subject.id),
          judgedLayers(judgement, set.axis),
          ...(masked === undefined ? [] : [maskedLayers(masked), maskedWordsTable(masked)]),
        ])
          await writeOutput(join(tables, `${table.name}.csv`), csv(table.header, table.rows));
      return {
        result: {
          ...(masked === undefined ? {} : { said }),
          model: reader.model,
          ...subject.what,
          ...agreementPart(carried),
          axis: set.axis,
          ...judgement,
          ...(masked === undefined ? {} : { masked }),
          caveats: [...subject.caveats(set), ...judgement.caveats],
        },
        ok: true,
      };
    } finally {
      await reader.dispose();
    }
  },
});

/** Judges the readings of a probe inside labelled stories. */
async function onStories(
  open: typeof openNodeReader,
  options: Options,
  path: string,
  signal: AbortSignal,
): ReturnType<Command['run']> {
  const other = ['set', 'vector', 'csv', 'mask-telling'].find((name) => options.text(name) !== undefined);
  if (other !== undefined)
    throw new AppError('usage', `judge: --stories judges the readings of a probe alone; leave out --${other}.`);
  const { probe, sha256 } = await readProbe(options.needed('probe'));
  const set = parseControlSet(await readSetFiles(path));
  const reader = await openReader(open, options);
  try {
    const { probe: here, agreement } = await carriedProbe(reader, probe, options, signal);
    const judgement = await judgeStories(reader, here, set, {
      onProgress: ({ stage, done, total }) => showProgress(stage, done, total),
      signal,
    });
    const fitted = probe.provenance.sets.some((own) => own.sha256 === set.sha256);
    return {
      result: {
        model: reader.model,
        probe: { id: probe.id, sha256, axis: probe.axis, defaultLayer: probe.defaultLayer },
        ...agreementPart(agreement),
        ...judgement,
        caveats: [
          ...(fitted ? ['The probe was fitted on these stories: this is no test of it.'] : []),
          ...judgement.caveats,
        ],
      },
      ok: true,
    };
  } finally {
    await reader.dispose();
  }
}

/** The same on onnxruntime-node. */
export const judge = judgeWith(openNodeReader);

/** What is judged. */
interface Subject {
  readonly id: string;
  /** What is printed of it. */
  readonly what: object;
  /** What it and a set have to do with each other that must be said. */
  caveats(set: PromptSet): string[];
  judge(
    reader: SegmentReader,
    set: PromptSet,
    most: number | undefined,
    call: LongCall & { readonly signal: AbortSignal },
  ): Promise<SubjectJudgement>;
}

/** What a set says of it; `masked` and what is `said` of it where telling words were masked. */
interface SubjectJudgement {
  readonly judgement: Judgement;
  readonly carried: DtypeAgreement | null;
  readonly masked?: MaskedJudgement;
  readonly said?: readonly string[];
}

/** How many telling words are masked; undefined for none. */
function maskedBy(options: Options): number | undefined {
  if (options.text('mask-telling') === undefined) return undefined;
  if (options.text('vector') !== undefined)
    options.refuse(
      '--mask-telling says what it finds at the layer of a probe; a control vector has none. Name --probe',
    );
  return options.number('mask-telling', 0, { min: 1, max: 1000, whole: true });
}

async function subjectOf(options: Options): Promise<Subject> {
  const path = options.text('vector');
  if (path !== undefined && options.text('probe') !== undefined)
    throw new AppError('usage', 'judge: name --probe or --vector, not both.');
  if (path !== undefined) {
    const vector = readControlVector(await readInput(path), basename(path));
    return {
      id: vector.name,
      what: { vector: { name: vector.name, madeFor: vector.model } },
      caveats: () => [],
      judge: async (reader, set, _, call) => ({
        judgement: await judgeVector(reader, vector, set, call),
        carried: null,
      }),
    };
  }
  const { probe, sha256 } = await readProbe(options.needed('probe'));
  const { id, axis, defaultLayer, provenance } = probe;
  return {
    id,
    what: { probe: { id, sha256, axis, defaultLayer } },
    caveats: (set) => [
      ...(axis.positive === set.axis.positive && axis.negative === set.axis.negative
        ? []
        : [
            `The probe is of another axis, ${axis.positive} against ${axis.negative}: 0.5 means that it leaves this one alone.`,
          ]),
      ...(provenance.sets.some((own) => own.sha256 === set.sha256)
        ? ['The probe was fitted on these turns: this is no test of it.']
        : []),
    ],
    judge: async (reader, set, most, call) => {
      const { probe: here, agreement } = await carriedProbe(reader, probe, options, call.signal);
      const judgement = await judgeProbe(reader, here, set, call);
      if (most === undefined) return { judgement, carried: agreement };
      const masked = await judgeMasked(reader, here, set, judgement, { ...call, most });
      return { judgement, carried: agreement, masked, said: maskedSentences(masked, defaultLayer) };
    },
  };
}
