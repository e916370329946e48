/**
 * What is read and written. Chromium's software adapter computes wrongly from 32 new tokens a pass on, and transformers.js
 * reads a prompt in one pass: in the quick form every text is shorter, so that both engines compute the same thing. A pass
 * there takes up to ten seconds, so the quick form shows that everything works, and little about speed.
 */
import { join } from 'node:path';
import { ROOT } from '../../scripts/packages.mjs';
import { readPromptSet } from '../../src/cli/files.ts';
import { PROOF_TEXT } from '../../src/engine/proofs/proof-text.ts';
import type { EngineOptions } from './options.ts';

/** Sizes and texts of one benchmark. */
export interface Workload {
  readonly form: 'quick' | 'full';
  readonly rounds: number;
  /** Starts of each engine in a browser of its own. */
  readonly coldRounds: number;
  readonly tokens: number;
  /** Tokens at the beginning of a continuation whose times do not count. */
  readonly warmUp: number;
  /** Whether everything is done once before the rounds; where that would cost as much as a round, the first tokens left out must do. */
  readonly rehearsed: boolean;
  /** No round begins that would not be over after so long; the first always does. */
  readonly mostMinutes: number;
  readonly prompts: readonly string[];
  readonly prefill: string;
  readonly texts: readonly string[];
  /** Texts together where they are read in batches. */
  readonly batch: number;
}

const PROMPTS = [
  'Once upon a time there was a wicked witch who lived beside a kind baker.',
  'The captain of the ferry had a rule, and everybody on the island knew it. On the first evening of winter he',
  'When the old clockmaker died, his apprentice found a small locked box under the floor of the shop. Inside it',
] as const;

/** 27 tokens. */
const SHORT_PREFILL =
  'The ferry left at twenty past seven with nine cars, two vans and a school class on the upper deck. A man in a';

const SET = join(ROOT, 'probes/sets/kind-cruel-24/kind-cruel-24.set.json');

/** The work that these options ask for. */
export async function workloadFor({
  quick,
  rounds,
  tokens,
}: Pick<EngineOptions, 'quick' | 'rounds' | 'tokens'>): Promise<Workload> {
  const { rows } = await readPromptSet(SET, { requireNeutral: true });
  // A topic's scene is the same for its three poles.
  const scenes = [...new Set(rows.map(({ context }) => context))];
  return quick
    ? {
        form: 'quick',
        rounds: rounds ?? 2,
        coldRounds: 1,
        tokens: tokens ?? 3,
        warmUp: 1,
        rehearsed: false,
        mostMinutes: 8,
        prompts: PROMPTS,
        prefill: SHORT_PREFILL,
        texts: scenes.slice(0, 2),
        batch: 2,
      }
    : {
        form: 'full',
        rounds: rounds ?? 5,
        coldRounds: 3,
        tokens: tokens ?? 128,
        warmUp: 16,
        rehearsed: true,
        mostMinutes: Infinity,
        prompts: PROMPTS,
        prefill: PROOF_TEXT,
        texts: rows.map(({ context, text }) => `${context} ${text}`),
        batch: 8,
      };
}
