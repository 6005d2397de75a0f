/** Test vectors for a second implementation: made of the SGP.26 test PKI and of numbers that anybody can read. */
import { chains } from './chains.ts';
import { proofs } from './proofs.ts';
import { credential, registry, revocation, trust } from './roots.ts';
import { rspSessions, sessions } from './sessions.ts';

export const makeVectors = async () => ({
  format: 'zkcx-vectors',
  version: 1,
  trust: trust(),
  chains: chains(),
  credential: credential(),
  registry: registry(),
  revocation: revocation(),
  session: sessions(),
  rspSession: rspSessions(),
  proofs: await proofs(),
});

export type Vectors = Awaited<ReturnType<typeof makeVectors>>;

export const formatVectors = (vectors: Vectors) => `${JSON.stringify(vectors, null, 2)}\n`;
