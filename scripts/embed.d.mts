/** Types of embed.mjs. */
import type { Plugin } from 'vite';
export const EMBED: { readonly page: string; readonly script: string };
export function embed(): Plugin;
