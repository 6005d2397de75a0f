/** What the decisions about a registry have in common: one transaction, for the registry as it is now. */
import type { Chain, Inclusion, Sender, SyncedRegistry } from '../../../zkapp/client/index.ts';
import { readAnchors } from '../../shared/certificates.ts';
import { type Answer, factLines } from '../../shared/output.ts';
import { inclusionFacts, senderOf, type SenderFlags, synced, withChain } from '../options.ts';

interface Context {
  readonly chain: Chain;
  readonly registryNow: SyncedRegistry;
  readonly sender: Sender;
}

/** Send one transaction to the registry as it is now. */
export function transact(
  flags: SenderFlags,
  work: (context: Context) => Promise<Inclusion>,
): Promise<Answer> {
  return withChain(flags, async (chain) => {
    const registryNow = await synced(flags, chain);
    const sender = await senderOf(flags, chain);
    const facts = inclusionFacts(await work({ chain, registryNow, sender }));
    return { json: facts, text: factLines(facts) };
  });
}

/** The leaf of a CI in the trust tree. */
export async function leafOfCi(file: string): Promise<bigint> {
  const [anchor] = await readAnchors([file]);
  const { CiLeaf } = await import('../../../circuits/claims.ts');
  const { ciLeaf } = await import('../../../witness/trust.ts');
  return CiLeaf.hash(ciLeaf(anchor!)).toBigInt();
}
