/** One session of the demo: a server asks, the device answers with what it has prepared, the server verifies. */
import { performance } from 'node:perf_hooks';
import {
  checkRequest,
  CLIENT_OFFER,
  type Credential,
  type CredentialPools,
  formatBundle,
  type HolderPolicy,
  obtainPresentation,
  parseBundle,
  type Peer,
  type PresentationBundle,
  proveAnswer,
  type Prover,
  type ProverEvent,
  type SessionVerifier,
  type VerifiedPresentation,
} from 'zkcx';
import { anchors, signAsEuicc } from '../../examples/test-pki.ts';

export interface Demo {
  readonly folder: string;
  readonly credential: Credential;
  readonly prover: Prover;
  readonly say: (...lines: string[]) => void;
  readonly onEvent: (event: ProverEvent) => void;
}

export interface Meeting {
  readonly peer: Peer;
  readonly verifier: SessionVerifier;
  /** What the device knows by itself. */
  readonly policy: HolderPolicy;
  /** Left out: nothing is prepared. */
  readonly pools?: CredentialPools;
  readonly oncePerDevice?: boolean;
}

export interface Met {
  readonly verified: VerifiedPresentation;
  /** All that the server got. */
  readonly bundle: PresentationBundle;
  /** Whether the presentation was ready. */
  readonly source: 'pool' | 'made';
  readonly bytes: number;
  /** Milliseconds from the challenge to the answer, and from the answer to its acceptance. */
  readonly answeredIn: number;
  readonly verifiedIn: number;
}

/** Throws if the server refuses. */
export async function meet(
  { credential, prover, onEvent }: Demo,
  { peer, verifier, policy, pools, oncePerDevice }: Meeting,
): Promise<Met> {
  const { transactionId, serverOffer } = verifier.challenge({
    clientOffer: CLIENT_OFFER,
    purpose: 'download',
    oncePerDevice,
  });
  const start = performance.now();
  const request = { peer, clientOffer: CLIENT_OFFER, serverOffer, credential };
  const accepted = await checkRequest(request, policy);
  const input = { accepted, credential, anchors, pools };
  const { prepared, source, done } = await obtainPresentation(input, prover, { onEvent });
  const bundle = await proveAnswer({ accepted, prepared, sign: signAsEuicc }, prover, { onEvent });
  const wire = formatBundle(bundle);
  const answered = performance.now();
  const verified = await verifier.accept(transactionId, parseBundle(wire));
  const verifiedIn = performance.now() - answered;
  await done();
  const answeredIn = answered - start;
  return { verified, bundle, source, bytes: wire.length, answeredIn, verifiedIn };
}

export const now = () => BigInt(Math.floor(Date.now() / 1000));
export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
