/**
 * The demo's last part: the credential is published in a registry on an embedded chain that checks all
 * proofs, the registry is rebuilt from its events, and a session is proven under the contract's root,
 * without the chain proof. With `aggregate`, a batch of four is published as well.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  checkRequest,
  CLIENT_OFFER,
  type Credential,
  formatBundle,
  OnceStore,
  parseBundle,
  type Peer,
  planAnswer,
  type ProofEnvelope,
  proveAnswer,
  type Prover,
  type ProverEvent,
  SessionVerifier,
  shareCredential,
  TrustSet,
} from 'zkcx';
import {
  deployRegistry,
  EmbeddedChain,
  publishAggregate,
  publishRefresh,
  type Sender,
  type SyncedRegistry,
  syncRegistry,
} from 'zkcx/zkapp';
import { anchors, signAsEuicc, testMap } from '../../examples/test-pki.ts';

export interface RegistryDemo {
  /** For the chain, and the server's store. */
  readonly folder: string;
  readonly credential: Credential;
  /** A proof of `aggregate`, published before the credential. */
  readonly aggregate?: ProofEnvelope;
  readonly prover: Prover;
  readonly say: (...lines: string[]) => void;
  readonly onEvent: (event: ProverEvent) => void;
}

const PEER: Peer = { serverAddress: 'dp.example.com', serverOid: '2.999.10' };
const now = () => BigInt(Math.floor(Date.now() / 1000));
const seconds = (from: number) => `${((performance.now() - from) / 1000).toFixed(1)} s`;

export async function demoRegistry(demo: RegistryDemo): Promise<void> {
  const { say, folder, credential, aggregate } = demo;
  const trustSet = new TrustSet(anchors);
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
      journal: join(folder, 'sent'),
      onCompile: (name) => say(`   compiling ${name} ...`),
    };
    let start = performance.now();
    const deployment = await deployRegistry(sender, {
      trust: trustSet.leaves,
      sources: [],
      admin: chain.accounts[1]!.toPublicKey(),
      random: randomBytes,
    });
    say(`   deployed at ${deployment.address} in ${seconds(start)}`);
    const sync = () => syncRegistry(chain, deployment);
    if (aggregate !== undefined) {
      start = performance.now();
      const { place } = await publishAggregate(sender, await sync(), aggregate);
      say(
        `   an aggregate stands from place ${place} on: compiled, proven and accepted in ${seconds(start)}`,
      );
    }
    start = performance.now();
    const shared = await shareCredential(credential, {
      prover: demo.prover,
      onEvent: demo.onEvent,
    });
    say(`   a proof of the credential to give away, in ${seconds(start)}`);
    start = performance.now();
    const { place } = await publishRefresh(sender, await sync(), shared.proof);
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
    await session({ ...demo, credential: shared.credential }, registry);
  } finally {
    await chain.close();
  }
}

async function session(demo: RegistryDemo, { tree, state }: SyncedRegistry): Promise<void> {
  const { say, folder, credential, prover, onEvent } = demo;
  const { map } = testMap(now());
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
  const plan = await planAnswer({ accepted, credential, anchors, sign: signAsEuicc });
  const wire = formatBundle(await proveAnswer(plan, prover, { onEvent }));
  const proved = seconds(start);
  const { role } = await verifier.accept(transactionId, parseBundle(wire));
  await store.close();
  say(
    `   ${PEER.serverAddress} accepts: role ${role}, published and not revoked; proven in ${proved}`,
  );
}
