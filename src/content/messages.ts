/**
 * What the page says about every error code beside the error's own sentence: a short title and what to do next. The
 * sentence (with the values that were found) comes from where it happened.
 */
import type { ErrorCode } from '../base/errors.ts';

/** Title and remedy of one error code. */
export interface MessageWords {
  readonly title: string;
  readonly remedy: string;
}

/** Words for every code; the type makes a forgotten one a compile error. */
export const MESSAGES: Readonly<Record<ErrorCode, MessageWords>> = {
  'text-empty': { title: 'There is nothing to read', remedy: 'Type or paste a text.' },
  'text-too-long': {
    title: 'The text is too long for this model',
    remedy: 'Or read it in parts. Your text is still in the box.',
  },
  'text-malformed': {
    title: 'The text holds half a character',
    remedy:
      'Delete the character at the place named and type it again. It usually comes from a text that was cut in the middle of an emoji.',
  },
  'model-fetch-failed': {
    title: 'The model did not arrive',
    remedy: 'Check that the page is still being served, then load again. What has arrived is kept.',
  },
  'model-file-altered': {
    title: 'A model file is not the one that was published',
    remedy: 'Load again: the file is fetched anew. If it happens twice, the copy on the server is damaged.',
  },
  'model-manifest-invalid': {
    title: 'The list of model files cannot be read',
    remedy: 'Take a fresh copy of the model’s folder from where it came from, and load again.',
  },
  'model-text-invalid': {
    title: 'A file of the model cannot be read',
    remedy: 'Take a fresh copy of the file that is named from where the model comes from, and try again.',
  },
  'model-host-off': {
    title: 'This page may not fetch from there',
    remedy:
      'Allow the host in Library → Models, or pick the model’s files from a folder of yours. docs/models.md shows how a build names hosts.',
  },
  'model-gated': {
    title: 'The model’s host asks for consent first',
    remedy:
      'Flipside takes no passwords. Agree on the host’s own page, download the files there, and pick the folder here.',
  },
  'model-list-invalid': {
    title: 'The host’s answer cannot be used',
    remedy: 'Check the name of the model and the host, then ask again. Nothing was fetched.',
  },
  'model-variant-missing': {
    title: 'The model lacks files that it needs',
    remedy: 'docs/models.md says which files Flipside needs of a model, and what they are called.',
  },
  'model-node-missing': {
    title: 'The model lacks a part that Flipside reads',
    remedy: 'Take a model of a family that is read (Llama, SmolLM, Qwen, Gemma 3), as an ONNX export.',
  },
  'model-graph-malformed': {
    title: 'The model file is damaged',
    remedy: 'Take a fresh copy of the file from where the model came from, and load again.',
  },
  'model-checkpoint-invalid': {
    title: 'The model file is damaged',
    remedy: 'Take a fresh copy of the file from where the model came from, and load again.',
  },
  'model-checkpoint-unknown': {
    title: 'The model file holds something that is not read',
    remedy: 'docs/models.md says which GGUF and safetensors files are read.',
  },
  'model-session-failed': {
    title: 'The model would not start',
    remedy:
      'Close other tabs that take memory and start again. If it stays so on the graphics card, load without WebGPU.',
  },
  'model-gpu-only': {
    title: 'This model runs on a graphics card only',
    remedy: 'Open the page in a browser with WebGPU, or pick another export of the model.',
  },
  'numbers-not-finite': {
    title: 'The model gave numbers that are not numbers',
    remedy:
      'Nothing of this reading can be believed. Run the numbers check under Diagnostics, then load without WebGPU.',
  },
  'numbers-wrong': {
    title: 'This graphics card computes this model wrongly',
    remedy: 'Readings would be false. Load without WebGPU: slower, but right.',
  },
  'gpu-device-lost': {
    title: 'The graphics card went away',
    remedy: 'Start again. Your text and the reading so far are still here.',
  },
  'gpu-memory-refused': {
    title: 'The graphics card has no room left',
    remedy: 'Close other tabs that use it, or read a shorter text. Your text and the reading so far are still here.',
  },
  'memory-short': {
    title: 'There is too little memory for that',
    remedy: 'Nothing was read.',
  },
  'push-invalid': {
    title: 'The model cannot be steered like that',
    remedy: 'Change what the sentence names. Nothing was read.',
  },
  'push-too-strong': {
    title: 'The steering was too strong',
    remedy: 'What was written until then is still here. Take a smaller strength, or one that is matched to a KL.',
  },
  'probe-invalid': {
    title: 'The probe file cannot be used',
    remedy: 'Restore the probe from the repository, or train it again.',
  },
  'probe-width-mismatch': {
    title: 'The probe does not fit this model',
    remedy: 'Pick a probe that was trained on this model, or train one.',
  },
  'probe-model-mismatch': {
    title: 'The probe belongs to another model',
    remedy: 'Directions mean nothing in another model. Pick a probe that was trained on this one.',
  },
  'tensor-file-invalid': {
    title: 'A file of numbers is damaged',
    remedy: 'Restore the file named below and try again.',
  },
  'set-invalid': { title: 'The prompt set cannot be read', remedy: 'Correct the field named and try again.' },
  'set-row-invalid': { title: 'A row of the prompt set is malformed', remedy: 'Correct the line named and try again.' },
  'set-topic-incomplete': {
    title: 'A topic lacks one of its poles',
    remedy: 'Give every topic the same number of turns for both poles.',
  },
  'link-invalid': { title: 'The link cannot be opened', remedy: 'What you have here is untouched.' },
  'import-unknown': {
    title: 'This file does not belong here',
    remedy: 'Nothing was imported, and nothing here has changed.',
  },
  'storage-refused': {
    title: 'The browser would not store it',
    remedy: 'It is still in this tab: save it as a file before you close the page, or free some room under Library.',
  },
  'recording-invalid': {
    title: 'This recording cannot be shown',
    remedy: 'Nothing here has changed. Pick another story, or another file.',
  },
  'dose-invalid': {
    title: 'This dose–response cannot be shown',
    remedy: 'Restore the file from where it came from, or measure again.',
  },
  'spec-invalid': {
    title: 'This experiment cannot be run',
    remedy:
      'Change the file at the place that is named, then open it again. docs/experiments/spec.md says what belongs where.',
  },
  'unit-invalid': {
    title: 'These measurements do not belong together',
    remedy: 'Take units of one spec, one model and one size.',
  },
  'units-missing': {
    title: 'Some measurements are missing',
    remedy: 'Run the parts that are named, then merge again.',
  },
  'second-engine-unavailable': {
    title: 'The chat model is not to be had',
    remedy:
      'Everything else works without it. docs/second-engine.md says which files a chat model needs, and where they belong.',
  },
  'second-engine-list-invalid': {
    title: 'The list of chat models cannot be read',
    remedy: 'Correct the field named and try again. What was configured before is still there.',
  },
  'worker-died': {
    title: 'The engine stopped',
    remedy: 'Start again. Your text and the reading so far are still here.',
  },
  cancelled: { title: 'Stopped', remedy: 'What was read until then is still here.' },
  usage: { title: 'That cannot be done', remedy: 'See the sentence above for what is expected.' },
  internal: {
    title: 'Something in Flipside is broken',
    remedy: 'Copy the diagnostics and report it. Your text is still here.',
  },
};
