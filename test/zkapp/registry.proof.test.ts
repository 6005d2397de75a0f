/**
 * The registry contract with real proofs: deploy, publish a proven credential, and what a chain that
 * checks proofs refuses. The claim that stands there is the one that presentations look for.
 */
import { beforeAll, describe, expect, test } from '@jest/globals';
import { provenRefresh } from '../support/credentials.ts';
import { inProvingProcess } from '../support/proving/index.ts';

const registry = inProvingProcess(new URL('../support/zkapp/proven-registry.ts', import.meta.url));

beforeAll(async () => {
  await registry('deploy', provenRefresh('euicc-1').proof);
});

describe('on a chain that checks proofs', () => {
  test('a claim that its proof does not prove is not even proven again', async () => {
    await expect(registry('proveOtherClaim')).rejects.toThrow();
  });

  test('a state edited under a good proof is refused', async () => {
    await registry('provePublication');
    await expect(registry('sendEdited')).rejects.toThrow(/Invalid proof/);
    expect(await registry('state')).toMatchObject({ nextIndex: '0' });
  });

  test('the credential is published with it as it was', async () => {
    const expected = await registry('sendPublication');
    expect(await registry('state')).toEqual(expected);
  });

  test('a proof of one update is none of another', async () => {
    // the next publication would need a proof of its own
    await expect(registry('sendWithProofOfAnother')).rejects.toThrow(/Invalid proof/);
  });

  test('the state is not edited by a signature of the account', async () => {
    await expect(registry('sendSignedEdit')).rejects.toThrow(/permitted|authorization/i);
  });
});
