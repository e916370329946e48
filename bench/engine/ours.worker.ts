/** Entry of the worker that runs our engine. */
import { serveEngine } from './host.ts';
import { createOurs } from './ours.ts';

serveEngine(createOurs());
