/** Types of test-count.mjs. */
export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}
export function countTests(report: { testResults?: { status: string; assertionResults: { status: string }[] }[] }): TestCounts;
export function countLine(counts: TestCounts, failedChecks?: readonly string[]): string;
