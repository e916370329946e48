/** Types of offline.mjs. */
import type { Plugin } from 'vite';
import type { BuiltFile } from '../src/models/offline-files.ts';
export const SERVICE_WORKER: string;
export function offline(): Plugin;
export function writeServiceWorker(dir: string): Promise<void>;
export function builtFiles(dir: string): BuiltFile[];
