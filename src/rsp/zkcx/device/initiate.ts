/**
 * The opening of a zkCX session as the device sees it: offers out, the server's offer in, and every check
 * of the server that comes before the eUICC is asked for anything.
 */
import { bytesEqual } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import type { PublicKey } from '../../../pki/index.ts';
import { parseBundle } from '../../../session/envelopes.ts';
import type { CertifiedExpectation } from '../../../session/certified.ts';
import type { HolderPolicy, Peer } from '../../../session/holder.ts';
import { TrustSet } from '../../../witness/trust.ts';
import type { Es10, Es9p } from '../../lpa/index.ts';
import { checkInitiateAuthentication } from '../../lpa/server-checks.ts';
import { encodeJson } from '../../../sgp22/messages/es9p.ts';
import { isSignature } from '../../../sgp22/messages/signature.ts';
import { NO_CERTIFICATE, type ZkcxServer } from '../../../sgp22/messages/zkcx-server.ts';
import { systemClock } from '../../../time.ts';
import {
  requireOffer,
  serverDocuments,
  type ServerOffer,
  writeClientOffer,
  ZKCX_INITIATE,
  type ZkcxInitiateAnswer,
  type ZkcxMode,
} from '../negotiation.ts';
import { checkedTranscript, type RspTranscript, zkcxAddress } from '../transcript.ts';
import type { ZkcxDownloadOptions } from './options.ts';
import type { DeviceProofs } from './proofs.ts';
import { checkServerCertificate, SERVER_ROLES } from './server-certificates.ts';

export interface InitiateInput extends Pick<ZkcxDownloadOptions, 'history' | 'newerMaps'> {
  readonly es10: Es10;
  readonly server: Es9p;
  readonly mode: ZkcxMode;
  /** OID of the activation code. */
  readonly oid?: string;
  readonly policy: HolderPolicy;
  readonly proofs: Pick<DeviceProofs, 'verifyCertified'>;
}

/** A session with a server that is authentic, as far as the device goes before it answers. */
export interface Initiated {
  readonly offer: ServerOffer;
  readonly answer: ZkcxInitiateAnswer;
  readonly clientOffer: Uint8Array;
  readonly transcript: RspTranscript;
  readonly peer: Peer;
  /** Keys for signatures of the server, from its certificates or from its statements. */
  readonly keys: ZkcxServer;
  /** CERT.DPauth and CERT.DPpb for the eUICC, or what stands in their place. */
  readonly certificates: { readonly auth: Uint8Array; readonly pb: Uint8Array };
}

/**
 * InitiateAuthentication with an offer of the one mode that was asked for, and what follows from the reply:
 * it is no classic one, signed by an authentic server for this negotiation, address and challenge, and the
 * server's OID is known without its own word. Nothing of the device goes out after a failure.
 *
 * @throws ERR_SESSION_VALUE for an address that is too long, ERR_RSP_ZKCX_* (downgrade, offer, transcript, server),
 *   ERR_RSP_DOWNLOAD as in a classic download, ERR_PROOF_* of a statement, the codes of certificates and
 *   ERR_REVOCATION_*
 */
export async function initiate(input: InitiateInput): Promise<Initiated> {
  const { es10, server, mode, oid } = input;
  // one spelling, which the server signs and the eUICC repeats
  const address = server.address.toLowerCase();
  const named = zkcxAddress(address);
  const info1 = await es10.euiccInfo1();
  const challenge = await es10.euiccChallenge();
  const clientOffer = writeClientOffer([mode]);
  const request = {
    euiccChallenge: challenge,
    euiccInfo1: info1,
    smdpAddress: address,
    zkcx: clientOffer,
  };
  const { path, anyAnswer } = ZKCX_INITIATE;
  const reply = await server.exchange(path, encodeJson(ZKCX_INITIATE.request, request), anyAnswer);
  const { offer, answer } = requireOffer(reply, clientOffer);
  checkInitiateAuthentication(answer, { address: named, challenge, info1 });
  const { serverSigned1, serverSignature1, zkcx: serverOffer } = answer;
  const known = { serverAddress: address, euiccChallenge: challenge };
  const transcript = checkedTranscript({ clientOffer, serverOffer }, known, answer);
  const { keys, certificates } = await checkServer(input, offer, answer);
  if (oid !== undefined && oid !== keys.smdpOid) {
    throw refuse("its OID is not that of the activation code: it is another's server");
  }
  if (oid === undefined && !server.verifiedTls) {
    throw refuse(
      'any server can sign for any address: without TLS the activation code must name its OID',
    );
  }
  if (!isSignature(serverSignature1, keys.authKey, serverSigned1)) {
    throw refuse('serverSignature1 is not by the key that it shows');
  }
  const peer = { serverAddress: address, serverOid: keys.smdpOid };
  return { offer, answer, clientOffer, transcript, peer, keys, certificates };
}

async function checkServer(
  input: InitiateInput,
  offer: ServerOffer,
  answer: ZkcxInitiateAnswer,
): Promise<Pick<Initiated, 'keys' | 'certificates'>> {
  const { policy } = input;
  const documents = serverDocuments(offer, answer);
  const at = (policy.now ?? systemClock)();
  if (offer.rspMode === 'zkcx-device') {
    const trust = { anchors: policy.trustSets.flat(), maps: policy.maps, at };
    const auth = checkServerCertificate(documents.auth, 'auth', trust);
    const pb = checkServerCertificate(documents.pb, 'pb', trust);
    return { keys: oneServer(auth, pb), certificates: documents };
  }
  if (!bytesEqual(answer.serverCertificate, NO_CERTIFICATE)) {
    throw refuse('it shows a certificate beside its statements');
  }
  const verify = (kind: keyof typeof SERVER_ROLES) =>
    verifyStatement(documents[kind], kind, offer, { ...input, at });
  const keys = oneServer(await verify('auth'), await verify('pb'));
  return { keys, certificates: { auth: NO_CERTIFICATE, pb: NO_CERTIFICATE } };
}

interface Identified {
  readonly key: PublicKey;
  readonly oid: string;
}

function oneServer(auth: Identified, pb: Identified): ZkcxServer {
  if (auth.oid !== pb.oid) throw refuse('its two documents show different OIDs');
  return { smdpOid: auth.oid, authKey: auth.key, packageKey: pb.key };
}

type StatementInput = InitiateInput & { readonly at: bigint };

/**
 * A `certify` envelope under a set of CIs that the holder knows, and its newest map or an earlier one that is not
 * contradicted. For a map that it does not know it fetches lists once.
 */
async function verifyStatement(
  document: Uint8Array,
  kind: keyof typeof SERVER_ROLES,
  offer: ServerOffer,
  input: StatementInput,
): Promise<Identified> {
  const envelope = parseBundle(new TextDecoder().decode(document));
  const verify = async (policy: HolderPolicy) => {
    const { key, identity } = await ofOneOf(
      expectations(kind, offer, { ...input, policy }),
      (one) => input.proofs.verifyCertified(envelope, one),
    );
    if (identity.kind !== 'oid') throw refuse('its statement names no server');
    return { key, oid: identity.oid };
  };
  const { policy, newerMaps } = input;
  try {
    return await verify(policy);
  } catch (error) {
    const isUnknown = error instanceof ZkcxError && error.code === 'ERR_PROOF_REVOCATION_ROOT';
    if (!isUnknown || newerMaps === undefined) throw error;
    return verify({ ...policy, maps: await newerMaps() });
  }
}

/**
 * What a statement can be for: a set of CIs of the offer, and a role of version 2 or 3 of SGP.22. A server vouched for
 * by a set of its own making would be anybody. Throws ERR_HOLDER_TRUST_SET, ERR_HOLDER_MAP.
 */
function expectations(
  kind: keyof typeof SERVER_ROLES,
  { trustRoots }: ServerOffer,
  { policy, history, at }: StatementInput,
): CertifiedExpectation[] {
  const { trustSets, maps, tolerance } = policy;
  const known = trustSets
    .filter(({ length }) => length > 0)
    .map((set) => new TrustSet(set).root)
    .filter((root) => trustRoots.includes(root.toString()));
  const [newest] = maps;
  if (known.length === 0) {
    throw new ZkcxError(
      'ERR_HOLDER_TRUST_SET',
      'no trust root of the offer is that of a set of CIs known here',
    );
  }
  if (newest === undefined) {
    throw new ZkcxError('ERR_HOLDER_MAP', 'no revocation map is known here');
  }
  const mapRoot = newest.root.toBigInt();
  const shared = { mapRoot, history, now: at, tolerance };
  return known.flatMap((root) =>
    SERVER_ROLES[kind].map((role) => ({ ...shared, trustRoot: root.toBigInt(), role })),
  );
}

/** What a statement is not for is refused before its proof is looked at: then the next one is tried. */
async function ofOneOf<T>(
  [first, ...others]: readonly CertifiedExpectation[],
  verify: (expectation: CertifiedExpectation) => Promise<T>,
): Promise<T> {
  try {
    return await verify(first!);
  } catch (error) {
    const isOther =
      error instanceof ZkcxError &&
      (error.code === 'ERR_PROOF_ROLE' || error.code === 'ERR_PROOF_TRUST_ROOT');
    if (!isOther || others.length === 0) throw error;
    return ofOneOf(others, verify);
  }
}

function refuse(problem: string): ZkcxError {
  return new ZkcxError('ERR_RSP_ZKCX_SERVER', `the server is not accepted: ${problem}`);
}
