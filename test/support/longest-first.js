/**
 * The order of test files: kinds whose files take longest begin first, so that no long file is left for the end, when
 * one worker has nothing to do any more. See jest.config.js for the kinds; within one, larger files come first.
 */
import { statSync } from 'node:fs';

const KINDS = ['program', 'kimchi', 'circuit'];

/** @param {{ path: string }} test */
function rankOf({ path }) {
  const kind = KINDS.findIndex((name) => path.endsWith(`.${name}.test.ts`));
  return { kind: kind === -1 ? KINDS.length : kind, size: statSync(path).size };
}

export default class LongestFirst {
  /** @param {{ path: string }[]} tests */
  sort(tests) {
    return tests
      .map((test) => ({ test, ...rankOf(test) }))
      .toSorted((a, b) => a.kind - b.kind || b.size - a.size)
      .map(({ test }) => test);
  }

  /** For `--onlyFailures`, which needs what was remembered of a run. */
  allFailedTests() {
    throw Error('nothing is remembered of a run: name the files');
  }

  cacheResults() {}
}
