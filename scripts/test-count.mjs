/** The one line that a test run ends with. */

/**
 * Counts out of vitest's JSON report. A file that fails before its first test (a syntax error, a failing hook) counts as
 * one failed test: otherwise a run without any test would look like one without a failure.
 * @param {{ testResults?: { status: string, assertionResults: { status: string }[] }[] }} report
 */
export function countTests(report) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults ?? []) {
    const statuses = file.assertionResults.map((test) => test.status);
    if (file.status === 'failed' && !statuses.includes('failed')) counts.failed++;
    for (const status of statuses) {
      if (status === 'passed') counts.passed++;
      else if (status === 'failed') counts.failed++;
      // skipped, todo, pending, disabled: none of them has shown anything
      else counts.skipped++;
    }
  }
  return counts;
}

/** @returns {string} for example `flipside: 123 passed, 0 failed, 0 skipped` */
export function countLine({ passed, failed, skipped }, failedChecks = []) {
  const checks = failedChecks.length === 0 ? '' : ` (checks failed: ${failedChecks.join(', ')})`;
  return `flipside: ${passed} passed, ${failed} failed, ${skipped} skipped${checks}`;
}
