/** `publish`: a folder of probes with an index, to be put on a host and opened by a link. */
import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { assertReportFits, parseReport } from '../../formats/probe/report.ts';
import { ABLATION_FILE } from '../../formats/probe/ablation.ts';
import { parseProbe } from '../../formats/probe/probe.ts';
import { probeCard } from '../../formats/probe/probe-card.ts';
import {
  MOST_SHELVED_BYTES,
  SHELF_FILE,
  SHELVED_CARD,
  SHELVED_FILES,
  type ShelvedFile,
  type ShelvedProbe,
  serialiseShelf,
} from '../../formats/probe/shelf.ts';
import { lightsOf } from '../../probe/claims/lights.ts';
import { Options, type Command } from '../command.ts';
import { ablationIn, prepareFolder, readInput, writeOutput } from '../files.ts';

type Bundle = Readonly<Record<(typeof SHELVED_FILES)[number], Buffer>>;

/** Makes a shelf. */
export const publish: Command = {
  name: 'publish',
  usage: 'publish --out DIR PROBE_DIR…',
  summary:
    'Makes a shelf of probes: copies their files into --out and writes a card for reading beside each and an index with title, poles, model, measured AUROC and hashes. Put the folder on a static host, and link to it as #shelf=ADDRESS. A probe without its report is refused, and so is a report of another probe.',
  async run(args) {
    const options = new Options('publish', args, { out: { type: 'string' } }, { takesWords: true });
    const out = options.needed('out');
    if (options.words.length === 0) return options.refuse('name the folders of the probes');
    const shelved: { readonly probe: ShelvedProbe; readonly bundle: Bundle; readonly card: string }[] = [];
    for (const dir of options.words) {
      const found = await shelve(dir);
      if (shelved.some(({ probe }) => probe.folder === found.probe.folder))
        return options.refuse(`two of the folders are named "${found.probe.folder}". Give one of them another name`);
      shelved.push(found);
    }
    // Everything is checked before anything is written.
    const index = serialiseShelf(shelved.map(({ probe }) => probe));
    await prepareFolder(out);
    for (const { probe, bundle, card } of shelved) {
      for (const name of SHELVED_FILES) await writeOutput(join(out, probe.folder, name), bundle[name]);
      await writeOutput(join(out, probe.folder, SHELVED_CARD), card);
    }
    await writeOutput(join(out, SHELF_FILE), index);
    return { result: { out, probes: shelved.map(({ probe }) => probe.folder) }, ok: true };
  },
};

/**
 * A probe with what the index says of it. Its card is written anew from probe, report and what was measured without its directions,
 * whatever card lies there. Throws `usage` for one
 * without a report, and `probe-invalid`.
 */
async function shelve(
  dir: string,
): Promise<{ readonly probe: ShelvedProbe; readonly bundle: Bundle; readonly card: string }> {
  const folder = basename(resolve(dir)).toLowerCase();
  const at = (name: string): Promise<Buffer> => readInput(join(dir, name));
  const bundle: Bundle = {
    'probe.json': await at('probe.json'),
    'directions.safetensors': await at('directions.safetensors'),
    'report.json': await at('report.json').catch((thrown: unknown) => {
      throw new AppError(
        'usage',
        `publish: ${dir} has no report.json that can be read. A probe is published with its report: train it with flipside train, or copy the report beside it.`,
        { dir },
        thrown,
      );
    }),
  };
  for (const name of SHELVED_FILES)
    if (bundle[name].byteLength > MOST_SHELVED_BYTES[name])
      throw new AppError(
        'usage',
        `publish: ${dir}/${name} has ${bundle[name].byteLength} bytes, and a page opens at most ${MOST_SHELVED_BYTES[name]} of it from a link. Leave this probe out.`,
        { dir, name },
      );
  const opened = parseProbe(bundle['probe.json'].toString('utf8'), bundle['directions.safetensors']);
  const { title, axis, model, id } = opened;
  const report = parseReport(bundle['report.json'].toString('utf8'));
  const both = createHash('sha256').update(bundle['probe.json']).update(bundle['directions.safetensors']).digest('hex');
  assertReportFits(report, { id, model }, both);
  const { value, low, high, n } = lightsOf(report).chance.auroc;
  if (low === null || high === null)
    throw new AppError('usage', `publish: the report of ${dir} has no interval: it read too few topics (${n}).`, { n });
  const files = Object.fromEntries(SHELVED_FILES.map((name) => [name, fileOf(bundle[name])])) as ShelvedProbe['files'];
  const ablation = await ablationIn(dir);
  if (ablation !== null && ablation.probe.sha256 !== both)
    throw new AppError(
      'usage',
      `publish: ${join(dir, ABLATION_FILE)} is of other files of a probe (sha256 ${ablation.probe.sha256.slice(0, 12)}…). Measure it again with flipside steer --ablation, or take it away.`,
      { dir },
    );
  const card = probeCard(opened, report, ablation);
  const auroc = { value, low, high, topics: n };
  return { probe: { folder, title, axis, model, auroc, files, card: fileOf(Buffer.from(card)) }, bundle, card };
}

const fileOf = (bytes: Buffer): ShelvedFile => ({
  bytes: bytes.byteLength,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});
