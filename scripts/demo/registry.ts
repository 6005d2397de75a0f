/**
 * The demo's last part: the credential is published in a registry on an embedded chain that checks all
 * proofs, the registry is rebuilt from its events, and a session is proven under the contract's root,
 * without the chain proof. With `aggregate`, a batch of four is published as well.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseCertificate } from '../../src/asn1/index.ts';
import { CiLeaf } from '../../src/circuits/claims.ts';
import { anchorFromCertificate } from '../../src/pki/index.ts';
import type { Credential } from '../../src/prover/credential.ts';
import type { ProofEnvelope } from '../../src/prover/envelope.ts';
import type { Prover, ProverEvent } from '../../src/prover/prover.ts';
import { planAnswer, proveAnswer } from '../../src/session/answer.ts';
import { formatBundle, parseBundle } from '../../src/session/envelopes.ts';
import { checkRequest, type Peer } from '../../src/session/holder.ts';
import { CLIENT_OFFER } from '../../src/session/offers.ts';
import { OnceStore } from '../../src/session/once-store.ts';
import { SessionVerifier } from '../../src/session/session-verifier.ts';
import { ciLeaf, TrustSet } from '../../src/witness/trust.ts';
import {
  deployRegistry,
  EmbeddedChain,
  publishAggregate,
  publishChain,
  type Sender,
  type SyncedRegistry,
  syncRegistry,
} from '../../src/zkapp/client/index.ts';
import { mapOf, readListFile, signer } from './sessions.ts';

export interface RegistryDemo {
  readonly sgp26: string;
  /** For the chain, and the server's store. */
  readonly folder: string;
  readonly credential: Credential;
  /** A proof of `aggregate`, published before the credential. */
  readonly aggregate?: ProofEnvelope;
  readonly prover: Prover;
  /** Compiled keys. */
  readonly cache?: string;
  readonly say: (...lines: string[]) => void;
  readonly onEvent: (event: ProverEvent) => void;
}

const PEER: Peer = { serverAddress: 'dp.example.com', serverOid: '2.999.10' };
const now = () => BigInt(Math.floor(Date.now() / 1000));
const seconds = (from: number) => `${((performance.now() - from) / 1000).toFixed(1)} s`;

export async function demoRegistry(demo: RegistryDemo): Promise<void> {
  const { say, folder, credential, aggregate, sgp26, cache } = demo;
  const ci = parseCertificate(
    readFileSync(join(sgp26, 'CertificateIssuer/CERT_CI_ECDSA_NIST.der')),
  );
  const anchor = anchorFromCertificate(ci);
  say(
    '',
    '6. A registry on a chain of our own: the contract is deployed, the credential published.',
  );
  const open = () =>
    EmbeddedChain.open({ folder: join(folder, 'chain'), random: randomBytes, now });
  let chain = await open();
  try {
    const sender: Sender = {
      chain,
      feePayer: chain.accounts[0]!,
      cache,
      onCompile: (name) => say(`   compiling ${name} ...`),
    };
    let start = performance.now();
    const { address } = await deployRegistry(sender, {
      trustRoot: new TrustSet([anchor]).root.toBigInt(),
      admin: chain.accounts[1]!.toPublicKey(),
      random: randomBytes,
    });
    say(`   deployed at ${address} in ${seconds(start)}, compiling included`);
    const trust = [CiLeaf.hash(ciLeaf(anchor)).toBigInt()];
    const sync = () => syncRegistry(chain, address, { trust });
    if (aggregate !== undefined) {
      start = performance.now();
      const { place } = await publishAggregate(sender, await sync(), aggregate);
      say(
        `   an aggregate stands from place ${place} on: proven and accepted in ${seconds(start)}`,
      );
    }
    start = performance.now();
    const { place } = await publishChain(sender, await sync(), credential.proof);
    say(`   the credential stands at place ${place}: proven and accepted in ${seconds(start)}`);
    await chain.close();
    start = performance.now();
    chain = await open();
    say(`   opened again: all transactions apply, their proofs hold, in ${seconds(start)}`);
    const registry = await sync();
    say(
      `   rebuilt from ${registry.tree.published.length} publications, equal to the contract's state`,
      '',
      '7. A session from the registry. The server names the root that it read from the contract; the',
      '   device compares it with its own reading, and proves without its chain proof.',
    );
    await session(demo, registry);
  } finally {
    await chain.close();
  }
}

async function session(demo: RegistryDemo, { tree, state }: SyncedRegistry): Promise<void> {
  const { say, sgp26, folder, credential, prover, onEvent } = demo;
  const read = (file: string) => parseCertificate(readFileSync(join(sgp26, file)));
  const ci = read('CertificateIssuer/CERT_CI_ECDSA_NIST.der');
  const lists = ['CRL-B-0', 'CRL-A-0'].map((list) => readListFile(sgp26, list));
  const map = mapOf(ci, read('EUM/CERT_EUM_ECDSA_NIST.der'), lists);
  const anchors = [anchorFromCertificate(ci)];
  const store = await OnceStore.open(join(folder, 'server3'));
  const verifier = new SessionVerifier({
    ...PEER,
    mode: 'registryPresentation',
    role: 'euicc-v2',
    roots: () => ({
      trustRoot: state.trustRoot,
      revocationRoot: map.root.toBigInt(),
      registryRoot: state.registryRoot,
      mapRootAt: now(),
    }),
    store,
    // a first run compiles between challenge and answer
    lifetime: 1_800n,
  });
  const { transactionId, serverOffer } = verifier.challenge({
    clientOffer: CLIENT_OFFER,
    purpose: 'download',
  });
  const start = performance.now();
  const accepted = await checkRequest(
    { peer: PEER, clientOffer: CLIENT_OFFER, serverOffer, credential },
    // one CI and few entries: a real holder keeps the minimums of its policy
    { trustSets: [anchors], minimumCis: 1, maps: [map], registry: tree, minimumPublished: 1 },
  );
  const plan = await planAnswer({ accepted, credential, anchors, sign: signer(sgp26) });
  const wire = formatBundle(await proveAnswer(plan, prover, { onEvent }));
  const proved = seconds(start);
  const { role } = await verifier.accept(transactionId, parseBundle(wire));
  await store.close();
  say(
    `   ${PEER.serverAddress} accepts: role ${role}, published and not revoked; proven in ${proved}`,
  );
}
