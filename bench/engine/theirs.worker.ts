/** Entry of the worker that runs transformers.js. */
import { serveEngine } from './host.ts';
import { createTheirs } from './theirs.ts';

serveEngine(createTheirs());
