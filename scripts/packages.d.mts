/** Types of packages.mjs. */
export const ROOT: string;
export function fail(message: string): never;
export function say(message: string): void;
export function nodeIsNewEnough(version: string): boolean;
export function whyInstall(root?: string): string | null;
export function ensurePackages(root?: string): void;
