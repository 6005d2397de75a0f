import { readFileSync } from 'node:fs';

/**
 * Prints "N passed, N failed" from jest's JSON report, and exits with 1 on any failure. A test file
 * that could not run at all, or a run that left no report, counts as a failure.
 */
const [reportFile, exitStatus] = process.argv.slice(2);

function read() {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numRuntimeErrorTestSuites: 1 };
  }
}

const report = read();
const passed = report.numPassedTests;
let failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
if (failed === 0 && (exitStatus !== '0' || passed === 0)) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
