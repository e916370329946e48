/** `check`: what a prompt set gives away before any model reads it. */
import { dirname, join } from 'node:path';
import { checkSet } from '../../probe/sets/set-checks.ts';
import { checksSection, withChecks } from '../../formats/sets/set-checks-card.ts';
import { checkPromptSet } from '../../formats/sets/prompt-set.ts';
import { type Command, Options } from '../command.ts';
import { readIfThere, readSetFiles, writeOutput } from '../files.ts';

/** Prints everything that is wrong with a set or, where nothing is, its checks; `--card` also writes them into the card beside it. */
export const check: Command = {
  name: 'check',
  usage: 'check --set FILE.set.json [--card]',
  summary:
    'Everything that is wrong with a prompt set, by line and field; lengths, punctuation, pronouns and what its words alone give away. --card writes them into CARD.md.',
  async run(args) {
    const options = new Options('check', args, { set: { type: 'string' }, card: { type: 'boolean' } });
    const path = options.needed('set');
    const files = await readSetFiles(path);
    const { set, problems, total } = checkPromptSet(files, { requireNeutral: false });
    if (set === null) return { result: { problems, total }, ok: false };
    const checks = checkSet(set.rows, set.axis);
    if (options.flag('card')) {
      const card = join(dirname(path), 'CARD.md');
      await writeOutput(card, withChecks(await readIfThere(card), checksSection(checks, files.sha256), set));
    }
    return { result: { set: set.name, sha256: files.sha256, problems, total, checks }, ok: true };
  },
};
