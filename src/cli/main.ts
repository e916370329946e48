/**
 * The command `flipside`: the same core as the page, on onnxruntime-node. One JSON document on standard output, progress
 * on standard error, and one clear line with a non-zero status when something fails.
 */
import { AppError } from '../base/errors.ts';
import { bench } from './commands/bench.ts';
import { check } from './commands/check.ts';
import { compare } from './commands/compare.ts';
import { experiment } from './commands/experiment.ts';
import { figure } from './commands/figure.ts';
import { futures } from './commands/futures.ts';
import { generate } from './commands/generate.ts';
import { judge } from './commands/judge.ts';
import { lens } from './commands/lens.ts';
import { merge } from './commands/merge.ts';
import { patch } from './commands/patch.ts';
import { publish } from './commands/publish.ts';
import { python } from './commands/python.ts';
import { read } from './commands/read.ts';
import { record } from './commands/record.ts';
import { steer } from './commands/steer.ts';
import { train } from './commands/train.ts';
import { vector } from './commands/vector.ts';
import { verify } from './commands/verify.ts';
import { weights } from './commands/weights.ts';
import type { Command } from './command.ts';
import { clearProgress } from './progress.ts';

const COMMANDS: readonly Command[] = [
  verify,
  check,
  read,
  train,
  judge,
  vector,
  publish,
  generate,
  futures,
  bench,
  steer,
  lens,
  compare,
  patch,
  experiment,
  merge,
  figure,
  python,
  weights,
  record,
];

const usageOf = (commands: readonly Command[]): string =>
  commands.map((command) => `  ${command.usage}\n      ${command.summary}\n`).join('');
const usage = `Usage: flipside COMMAND [options]\n\n${usageOf(COMMANDS)}
Where the folder of --model DIR holds several variants of a model, --dtype q4 (fp32, fp16, q4f16, q8 …) picks one; without it q4 is taken, or else the smallest.
Where DIR is a folder of safetensors, --bits 8 or 4 quantises its weights when they are read; 32, the usual, keeps them as they are.
`;

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    process.stdout.write(usage);
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command)
    throw new AppError(
      'usage',
      `There is no command "${name}". Commands: ${COMMANDS.map((candidate) => candidate.name).join(', ')}.`,
    );
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`Usage:\n${usageOf([command])}`);
    return 0;
  }
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const { result, ok } = await command.run(rest, controller.signal);
  clearProgress();
  process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
  return ok ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (thrown: unknown) => {
    const error = AppError.from(thrown);
    clearProgress();
    process.stderr.write(`flipside: ${error.code}: ${error.message}\n`);
    // What nobody foresaw needs its stack; everything else is reported in its sentence.
    if (error.code === 'internal' && thrown instanceof Error) process.stderr.write(`${thrown.stack ?? ''}\n`);
    process.exitCode = error.code === 'usage' ? 2 : 1;
  },
);
