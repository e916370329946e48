/** Types of budgets.mjs. */
export type Budget = 'scripts' | 'styles' | 'all';
export const BUDGETS: Record<Budget, number>;
export function firstView(dir: string): Record<Budget, { files: string[]; kB: number }>;
export function report(measured: ReturnType<typeof firstView>): { held: boolean; line: string }[];
