/** The examples that prove, or serve provers. That of `proveChain` runs in prover/chain.proof.test.ts. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { EXAMPLES } from '../examples/api/proofs.eg.ts';
import { Prover } from '../src/prover/prover.ts';
import { hasRedis, startRedis } from './support/aggregate/redis.ts';
import { provenCredential } from './support/credentials.ts';
import { SHARED } from './support/proving/index.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const MINUTES = 60_000;
const prover = new Prover(SHARED);
afterAll(() => prover.close());

describe('the example of', () => {
  test('renewCredential', async () => {
    await EXAMPLES.renewCredential(await provenCredential('euicc-1'), prover);
  });

  test(
    'proveAnswer, verifyPresentation, possess, verifyPossession',
    async () => {
      await EXAMPLES.proveAnswer(await provenCredential('euicc-1'), prover);
    },
    20 * MINUTES,
  );

  test(
    'certify, verifyCertified',
    async () => {
      const { format } = await EXAMPLES.certify(await provenCredential('euicc-1'), prover);
      expect(format).toBe('zkcx-certified');
    },
    20 * MINUTES,
  );

  test(
    'aggregateChains, verifyAggregate, writeMember, readMember',
    async () => {
      const credentials = [await provenCredential('euicc-1'), await provenCredential('euicc-2')];
      await EXAMPLES.aggregateChains(credentials, prover, join(temporaryFolder(), 'aggregate'));
    },
    20 * MINUTES,
  );

  test(
    'proveCrl, verifyCrl',
    async () => EXAMPLES.proveCrl(prover, join(temporaryFolder(), 'work')),
    20 * MINUTES,
  );

  (hasRedis ? test : test.skip)(
    'serveAggregation',
    async () => {
      const redis = await startRedis();
      try {
        await EXAMPLES.serveAggregation(redis.url);
      } finally {
        await redis.stop();
      }
    },
    MINUTES,
  );
});
