/** Types of notices.mjs. */
import type { Plugin } from 'vite';
export const NOTICES: string;
export function notices(): { readonly page: Plugin; readonly workers: () => Plugin };
export function packageFolder(id: string): string | null;
export function noticesOf(folders: readonly string[]): string;
