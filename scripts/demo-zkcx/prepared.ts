/** What the device of the demo makes before it meets a server. */
import { performance } from 'node:perf_hooks';
import {
  type CredentialPools,
  type CredentialStore,
  openPools,
  poolsFolderOf,
  prepareAhead,
  termsAhead,
} from 'zkcx';
import type { Demo } from './downloads.ts';
import { ANCHORS, now, POLICY } from './parties.ts';
import type { Proof } from './recording.ts';

/** Pools beside a credential of the store. */
export const poolsOf = async (store: CredentialStore, name: string): Promise<CredentialPools> =>
  openPools(poolsFolderOf(store.fileOf(name)), await store.read(name));

/** Make a refresh, and a presentation over it, of the only credential of the store. */
export async function prepare({ credentials, prover, say }: Demo): Promise<readonly Proof[]> {
  const [summary] = await credentials.list(now());
  if (summary === undefined) throw Error('there is no credential yet');
  const credential = await credentials.read(summary.name);
  const pools = await poolsOf(credentials, summary.name);
  const accepted = termsAhead(credential, POLICY);
  const proofs: Proof[] = [];
  for (const [what, work] of [
    ['refresh', () => pools.refreshes.refill({ count: 1 }, prover)],
    ['presentation', () => prepareAhead({ accepted, credential, anchors: ANCHORS, pools }, prover)],
  ] as const) {
    const start = performance.now();
    await work();
    const seconds = (performance.now() - start) / 1000;
    proofs.push({ what, seconds });
    say(`   ahead: ${what}, ${seconds.toFixed(1)} s`);
  }
  return proofs;
}
