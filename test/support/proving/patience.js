/** For every *.proof.test.ts: a test waits for its turn at the proving process, which other tests use as well. */
import { jest } from '@jest/globals';

jest.setTimeout(45 * 60_000);
