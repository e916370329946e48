/** A loaded model as the subject of an experiment. */
import { throwIfStopped } from '../base/abort.ts';
import { logSumExp } from '../reading/divergence.ts';
import type { ModelIdentity } from '../probe/probe-types.ts';
import { firstSteered, type Intervention } from '../steering/steering.ts';
import type {
  ContextEnd,
  EndRequest,
  Likelihood,
  PlacedIntervention,
  Question,
  RolloutPlan,
  Subject,
} from '../experiments/subject.ts';
import type { SteeringRunner } from '../steering/steering-runner.ts';
import type { Decoder } from './decoder.ts';
import { Forest } from './forest.ts';
import { createSteeringRunner } from './steering/engine-steering-runner.ts';
import { underSteering } from './steering/steering-faults.ts';
import { mostRows, readSteeredLines, type LineReading, type SteeredLine } from './steering/steered-lines.ts';
import { writeRollouts } from './steering/rollouts.ts';
import { createSegmentReader } from './passages/segment-reader.ts';
import type { TextTokenizer } from './text/tokenizer.ts';

/** What {@link createSubject} needs. */
export interface SubjectParts {
  readonly decoder: Decoder;
  /** Opens a decoder that edits, or gives the one that is open; the owner's to dispose of. */
  readonly editor: (signal?: AbortSignal) => Promise<Decoder>;
  readonly tokenizer: TextTokenizer;
  readonly model: ModelIdentity;
  readonly endTokens: readonly number[];
  readonly chunkTokens: number;
  readonly setTokens: number;
  /** Neutral texts, for the unit of steering and its KL. */
  readonly neutral: readonly string[];
}

/** A line of text and whose it is. */
interface OwnedLine extends SteeredLine {
  readonly owner: number;
  readonly part: number;
}

/** Makes a subject; calls must not overlap. */
export function createSubject(given: SubjectParts): Subject {
  let heard: ((tokens: number) => void) | null = null;
  const telling = (decoder: Decoder): Decoder => ({
    ...decoder,
    async run(ids, ...rest) {
      const pass = await decoder.run(ids, ...rest);
      heard?.(ids.length);
      return pass;
    },
  });
  const parts: SubjectParts = {
    ...given,
    decoder: telling(given.decoder),
    editor: async (signal) => telling(await given.editor(signal)),
  };
  const { tokenizer, model, endTokens, chunkTokens, setTokens } = parts;
  const reader = createSegmentReader(parts);
  let bench: Promise<SteeringRunner> | null = null;
  const needBench = (signal?: AbortSignal): Promise<SteeringRunner> => {
    bench ??= parts.editor(signal).then((decoder) => createSteeringRunner({ ...parts, decoder }));
    bench.catch(() => (bench = null));
    return bench;
  };

  /** Reads lines, those that begin alike once; `onRow` is called with each row and its owner. */
  async function readLines(
    lines: readonly OwnedLine[],
    placed: PlacedIntervention | null,
    onRow: (line: OwnedLine, token: number, logits: Float32Array, streams: Float32Array | null) => void,
    signal?: AbortSignal,
    rowStreams = false,
  ): Promise<void> {
    const intervention: Intervention = placed?.intervention ?? [];
    const decoder = intervention.length === 0 ? parts.decoder : await parts.editor(signal);
    const groups = inGroups(lines, Math.min(setTokens, decoder.sizes.contextTokens), mostRows(decoder));
    const how: LineReading = {
      setTokens,
      chunkTokens,
      rowStreams,
      onRow: ({ group, line, token }, logits, streams) => {
        const own = groups[group]?.[line];
        if (own !== undefined) onRow(own, token, logits, streams);
      },
    };
    await underSteering(intervention, () => readSteeredLines(decoder, groups, intervention, how, signal));
  }

  return {
    model,
    hear: (onTokens) => void (heard = onTokens),
    encode: (text) => tokenizer.encode(text),
    read: (passages, signal) => reader.read(passages, signal),

    async likelihoods(questions, intervention, signal) {
      const lines = questions.flatMap((question, owner) => linesOf(tokenizer, question, owner, intervention));
      const sums = questions.map(({ continuations }) => continuations.map(() => 0));
      await readLines(
        lines,
        intervention,
        ({ owner, part, ids }, token, logits) => {
          const own = sums[owner];
          const next = ids[token + 1];
          if (own === undefined || next === undefined) return;
          own[part] = (own[part] ?? 0) + (logits[next] ?? Number.NaN) - logSumExp(logits);
        },
        signal,
      );
      const tokens = new Map(lines.map(({ owner, part, rows }) => [`${owner} ${part}`, rows.length]));
      return sums.map((own, owner) =>
        own.map((logP, part): Likelihood => ({ logP, tokens: tokens.get(`${owner} ${part}`) ?? 0 })),
      );
    },

    async ends(contexts, request, intervention, signal) {
      const found: ContextEnd[] = [];
      const lines = contexts.map((context, owner): OwnedLine => {
        const ids = tokenizer.start(context);
        return {
          ids,
          from: intervention === null ? 0 : firstSteered(intervention.where, ids.length),
          rows: [ids.length - 1],
          owner,
          part: 0,
        };
      });
      await readLines(
        lines,
        intervention,
        ({ owner }, _, logits, streams) => {
          found[owner] = endOf(logits, request, streams);
        },
        signal,
        request.streams,
      );
      return found;
    },

    ground: async (signal) => (await needBench(signal)).ground(signal),
    neutral: async (intervention, signal, texts) => (await needBench(signal)).neutral(intervention, signal, texts),

    async write(prompts, plan, signal) {
      const written: (readonly string[])[] = [];
      for (const [index, prompt] of prompts.entries()) {
        throwIfStopped(signal);
        const rollouts = await writeRollouts(
          { decoder: parts.decoder, endTokens, chunkTokens },
          tokenizer.start(prompt),
          requestOf(plan, index),
          signal,
        );
        written.push(rollouts.map((ids) => textOf(tokenizer, ids)));
      }
      return written;
    },
  };
}

function requestOf(
  { count, maxTokens, temperature, topP, seed }: RolloutPlan,
  prompt: number,
): Parameters<typeof writeRollouts>[2] {
  return { count, maxTokens, choice: { temperature, topK: 0, topP }, seed, firstStream: prompt * count };
}

/** A context with each continuation; both are tokenised apart, as training turns are. */
function linesOf(
  tokenizer: TextTokenizer,
  { context, continuations, steered }: Question,
  owner: number,
  intervention: PlacedIntervention | null,
): readonly OwnedLine[] {
  const given = tokenizer.start(context);
  const from = intervention === null ? 0 : firstSteered(intervention.where, given.length);
  // A start token stands before what `encode` gives.
  const before = given.length - (steered === undefined ? 0 : tokenizer.encode(context).length);
  const only = intervention === null ? undefined : steered && new Set(steered.map((token) => before + token));
  return continuations.map((text, part): OwnedLine => {
    const ids = [...given, ...tokenizer.encode(` ${text}`)];
    const rows = ids.slice(given.length).map((_, token) => given.length - 1 + token);
    return { ids, from, only, rows, owner, part };
  });
}

function endOf(logits: Float32Array, { classes, tokens }: EndRequest, streams: Float32Array | null): ContextEnd {
  const all = logSumExp(logits);
  return {
    classes: classes.map((ids) => logSumExp(Float32Array.from(ids, (id) => logits[id] ?? Number.NaN)) - all),
    tokens: tokens.map((id) => (logits[id] ?? Number.NaN) - all),
    streams,
  };
}

/**
 * Lines in their order, in groups that one pass holds each. Lines of a group are steered at the same tokens, so that a token
 * which two of them share is steered in both or in neither.
 */
function inGroups(lines: readonly OwnedLine[], most: number, rows: number): readonly (readonly OwnedLine[])[] {
  const groups: OwnedLine[][] = [];
  let forest = new Forest();
  let wanted = 0;
  for (const line of lines) {
    const last = groups.at(-1);
    forest.grow(line.ids);
    wanted += line.rows.length;
    if (
      last !== undefined &&
      last[0]?.from === line.from &&
      last[0].only === line.only &&
      forest.ids.length <= most &&
      Math.min(wanted, forest.ids.length) <= rows
    ) {
      last.push(line);
      continue;
    }
    groups.push([line]);
    forest = new Forest();
    wanted = line.rows.length;
    forest.grow(line.ids);
  }
  return groups;
}

function textOf(tokenizer: TextTokenizer, ids: readonly number[]): string {
  const piece = tokenizer.pieces('middle');
  return ids.map((id) => piece(id).text).join('');
}
