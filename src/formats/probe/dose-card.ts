/** The card of a dose–response in Markdown: what was measured, what it shows, what it does not, and how to make it again. */
import { plain, signed } from '../../probe/claims/claim-words.ts';
import { DOSE_DRAWS, type DoseReport, type DoseSeries } from '../../steering/dose-types.ts';
import { doseFindings, layerWords, nats, perplexityWords, rankWords, whereWords } from '../../steering/dose-words.ts';
import { modeDef } from '../../steering/modes.ts';
import { estimateCells, table } from './card-tables.ts';

/** Names of the files that a dose–response is made of, all in one folder. */
export const DOSE_FILES = { json: 'dose.json', light: 'dose.svg', dark: 'dose-dark.svg', card: 'DOSE.md' } as const;

const KIND_WORDS: Readonly<Record<DoseSeries['kind'], string>> = {
  direction: 'the direction',
  flipped: 'poles flipped by chance',
  isotropic: 'isotropic',
  unrelated: 'an unrelated axis',
};

/** Writes the card; only what the report records, so that equal reports give equal cards. */
export function doseCard(report: DoseReport): string {
  const { headline, shows, doesNot } = doseFindings(report);
  return `${[
    `# ${report.probe.title}: what steering does`,
    `**${headline}**`,
    `<picture><source media="(prefers-color-scheme: dark)" srcset="${DOSE_FILES.dark}"><img src="${DOSE_FILES.light}" alt="Effect over KL, with every placebo; all numbers stand in the tables below"></picture>`,
    `## What it shows\n\n${bullets(shows)}`,
    `## What it does not show\n\n${bullets(doesNot)}`,
    factsSection(report),
    levelsSection(report),
    placebosSection(report),
    makingSection(report),
  ].join('\n\n')}\n`;
}

function factsSection(report: DoseReport): string {
  const { probe, model, axis, mode, where, choices, control, neutral, placebos, seed, version } = report;
  const count = (kind: DoseSeries['kind']): number => placebos.filter((one) => one.kind === kind).length;
  const setOf = ({ name, pairs, sha256, unpushed: unsteered }: DoseReport['choices']): string =>
    `${name}, ${pairs} choices (sha256 ${sha256.slice(0, 12)}…); unsteered log-odds ${estimateText(estimateCells(unsteered, signed))}`;
  return `## What was measured

The model is made to choose between two ways of going on from one context, ${axis.positive} and ${axis.negative}: the log-odds are the log-probability of all tokens of
the one less that of the other. **Effect**: half the difference between the log-odds when steered one way and the other, mean over choices, in nats. All directions
are compared at strengths that change the next word alike: **KL** is the Kullback–Leibler divergence of the steered from the unsteered next-token distribution, its 95th
percentile over the tokens of neutral texts, both ways pooled. Intervals: 95 %, ${DOSE_DRAWS.toLocaleString('en-GB')} resamples of the choices; of shares Wilson's.

${table(
  ['', ''],
  [
    ['probe', `${probe.title} (${probe.id}, sha256 ${probe.sha256.slice(0, 16)}…), its direction for steering`],
    ['model', `${model.id}, weights ${model.weightsSha256.slice(0, 16)}…`],
    ['steering', `${modeDef(mode).description}, at ${layerWords(report)}, ${whereWords(where)}`],
    ['choices', setOf(choices)],
    ['control', control === null ? 'none' : setOf(control.choices)],
    [
      'neutral text',
      `${neutral.tokens} tokens of ${neutral.texts} texts, perplexity ${perplexityWords(neutral.perplexity)} unsteered`,
    ],
    [
      'placebos',
      `${count('flipped')} with poles flipped by chance, ${count('isotropic')} isotropic; unrelated axes: ${count('unrelated')}`,
    ],
    ['seed, version', `${seed}, Flipside ${version}`],
  ],
)}`;
}

function levelsSection({ axis, direction, control }: DoseReport): string {
  const controlAt = (target: number): string[] => {
    const found = control?.levels.find((level) => level.target === target);
    return control === null ? [] : found === undefined ? ['', ''] : estimateCells(found.effect, signed).slice(0, 2);
  };
  return `## Level by level

Strength: in typical lengths of the stream (root mean square over neutral tokens) at its layer. Towards and away: change of the log-odds from unsteered, steered each
way. Right: share of choices that steering both ways moves apart the right way.

${table(
  [
    'KL',
    'reached',
    'mean KL',
    'strength',
    'perplexity',
    'effect',
    '95 % interval',
    'choices',
    `towards ${axis.positive}`,
    '95 % interval',
    `towards ${axis.negative}`,
    '95 % interval',
    'right',
    '95 % interval',
    ...(control === null ? [] : [`effect on ${control.choices.name}`, '95 % interval']),
  ],
  direction.levels.map(({ target, kl, meanKl, strength, perplexity, effect, towards, away, right }) => [
    nats(target),
    nats(kl),
    nats(meanKl),
    nats(strength),
    perplexityWords(perplexity),
    ...estimateCells(effect, signed),
    ...estimateCells(towards, signed).slice(0, 2),
    ...estimateCells(away, signed).slice(0, 2),
    ...estimateCells(right, plain).slice(0, 2),
    ...controlAt(target),
  ]),
)}`;
}

function placebosSection({ direction, placebos, ranks }: DoseReport): string {
  if (placebos.length === 0)
    return '## Beside other directions\n\nNot measured: without placebos nobody knows what any steering of this size does to these choices.';
  const own = (target: number): number =>
    Math.abs(direction.levels.find((level) => level.target === target)?.effect.value ?? Infinity);
  const rows = placebos.flatMap(({ kind, title, levels }) =>
    levels.map(({ target, kl, strength, perplexity, effect }) => [
      KIND_WORDS[kind],
      title,
      nats(target),
      nats(kl),
      nats(strength),
      perplexityWords(perplexity),
      ...estimateCells(effect, signed),
      Math.abs(effect.value) >= own(target) ? '**yes**' : 'no',
    ]),
  );
  const ranked = ranks.map(
    (rank) =>
      `- KL ${nats(rank.target)}: the direction ${plain(own(rank.target))}, the largest of ${rank.placebos} placebos ${plain(rank.largest)} (${rank.largestTitle}), as large or larger: ${rank.atLeast}; ${rankWords(rank)}.`,
  );
  return `## Beside other directions

Placebos with flipped poles are made of the same turns in the same way as the direction, after the poles of topics were swapped by chance: they are harder to beat than noise.
Isotropic ones are drawn evenly from all directions there are. p: (1 + placebos with an effect at least as large, either way) / (1 + placebos); an unrelated axis is no draw from a null and is not counted.

${ranked.length === 0 ? '- Nothing to rank the direction by.' : ranked.join('\n')}

${table(['what', 'name', 'KL', 'reached', 'strength', 'perplexity', 'effect', '95 % interval', 'choices', "as large as the direction's"], rows)}`;
}

/** How the sets of choices that ship are named; their files lack it. */
const SHIPPED_CHOICES = /-choices$/;

function makingSection({
  probe,
  model,
  from,
  to,
  mode,
  where,
  direction,
  placebos,
  control,
  choices,
  seed,
}: DoseReport): string {
  const kl = (levels: readonly { readonly target: number }[]): string =>
    levels.map(({ target }) => String(target)).join(',');
  const unrelated = placebos.find(({ kind }) => kind === 'unrelated');
  return `## Make it again

    npm run -s flipside -- steer --model public/models/${model.id} --probe probes/${probe.id} --dose --out ${probe.id}-dose \\
      ${from === to ? `--layer ${from}` : `--layers ${from}-${to}`} --mode ${mode} --where ${where} --kl ${kl(direction.levels)} ${placebos[0] ? `--placebo-kl ${kl(placebos[0].levels)}` : '--no-placebos'}${control === null ? ' --no-control' : ''} --seed ${seed}${SHIPPED_CHOICES.test(choices.name) ? ` \\\n      --choices probes/choices/${choices.name.replace(SHIPPED_CHOICES, '')}.set.json` : ''}

Probe and model are those whose hashes stand above, wherever they lie on your disk. Choices (${choices.name})${control === null ? '' : `, control (${control.choices.name})`}${unrelated ? ` and the unrelated axis (${unrelated.title})` : ''} are
those that ship unless ${['--choices', ...(control === null ? [] : ['--control']), ...(unrelated ? ['--unrelated'] : [])].map((name) => `\`${name}\``).join(', ')} names another.`;
}

function estimateText([value, interval, n]: readonly [string, string, string]): string {
  return `${value} [${interval}], n = ${n}`;
}

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}
