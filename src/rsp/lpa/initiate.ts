import type { Es10 } from './es10.ts';
import type { Es9p } from './es9p.ts';
import { checkInitiateAuthentication } from './server-checks.ts';

/**
 * Begin a session at an SM-DP+ or an SM-DS (SGP.22 5.6.1, 5.8.1) with a new challenge of the eUICC, and check the answer.
 *
 * @param oid the server must have this one
 */
export async function initiateAuthentication(
  es10: Pick<Es10, 'euiccInfo1' | 'euiccChallenge'>,
  server: Es9p,
  oid?: string,
) {
  const info1 = await es10.euiccInfo1();
  const challenge = await es10.euiccChallenge();
  const answer = await server.call('initiateAuthentication', {
    euiccChallenge: challenge,
    euiccInfo1: info1,
    smdpAddress: server.address,
  });
  checkInitiateAuthentication(answer, { address: server.address, challenge, info1, oid });
  return answer;
}
