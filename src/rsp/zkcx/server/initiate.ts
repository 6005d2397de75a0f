/** InitiateAuthentication with an offer of zkCX: the server's own offer, bound by the challenge it signs. */
import { bytesToHex } from '../../../bytes.ts';
import type { Role } from '../../../roles.ts';
import { ServerSigned1 } from '../../../sgp22/messages/authenticate-server.ts';
import { encodeJson, ES9P } from '../../../sgp22/messages/es9p.ts';
import { compareVersions } from '../../../sgp22/messages/identifiers.ts';
import { sign } from '../../../sgp22/messages/signature.ts';
import { NO_CERTIFICATE } from '../../../sgp22/messages/zkcx-server.ts';
import type { SmdpIdentity } from '../../smdpp/identities.ts';
import {
  chooseParties,
  initiateAuthentication,
  openSession,
} from '../../smdpp/initiate-authentication.ts';
import { ServerChannel } from '../channel.ts';
import { newHpkeKeyPair } from '../hpke.ts';
import {
  chooseMode,
  parseClientOffer,
  parseServerOffer,
  type ServerDocuments,
  writeServerOffer,
  ZKCX_INITIATE,
  type ZkcxInitiateRequest,
  type ZkcxMode,
} from '../negotiation.ts';
import { rspTranscript, zkcxServerChallenge } from '../transcript.ts';
import { fitRoots, PURPOSE, type ZkcxServerContext } from './context.ts';

/**
 * Open a session. A client without a mode of this server is answered as one that offers nothing: it is
 * its own to refuse that. Returns the answer in JSON.
 *
 * @throws RspRefusal as the classic function; ERR_RSP_BUSY; ERR_RSP_ZKCX_OFFER for an offer that is none;
 *   ERR_RSP_STORE where the server's own lists are too old or cannot be read
 */
export async function initiate(
  context: ZkcxServerContext,
  request: ZkcxInitiateRequest,
): Promise<object> {
  const { smdp, sessions } = context;
  const client = parseClientOffer(request.zkcx);
  const parties = chooseParties(smdp, request);
  const { identity, ciPkId } = parties;
  const statements = context.statements(identity);
  const own: readonly ZkcxMode[] = statements ? ['zkcx', 'zkcx-device'] : ['zkcx-device'];
  const rspMode = chooseMode(client, own);
  // nothing is asked of a device that the server could not judge
  const roots = await fitRoots(context);
  const mode = roots.registryRoot === undefined ? 'presentation' : 'registryPresentation';
  if (rspMode === undefined || !client.proofs.includes(mode)) {
    const answer = await initiateAuthentication(smdp, request);
    return encodeJson(ES9P.initiateAuthentication.answer, answer);
  }
  sessions.makeRoom();
  const hpke = await newHpkeKeyPair(smdp.random);
  const transactionId = smdp.random(16);
  const documents = rspMode === 'zkcx' ? statements! : certificatesOf(identity);
  const serverOffer = writeServerOffer({
    rspMode,
    mode,
    roots,
    role: roleFor(request.euiccInfo1.svn),
    purpose: PURPOSE,
    hpkeKey: hpke.publicKey,
    euiccCiPKIdToBeUsed: ciPkId,
    documents,
    now: smdp.now(),
    random: smdp.random,
  });
  const negotiation = { transactionId, clientOffer: request.zkcx, serverOffer };
  const serverChallenge = zkcxServerChallenge(negotiation);
  // one spelling: the eUICC repeats it, and the presentation is about what it repeats
  const serverAddress = request.smdpAddress.toLowerCase();
  const { euiccChallenge } = request;
  const signed = { transactionId, euiccChallenge, serverAddress, serverChallenge };
  const serverSigned1 = ServerSigned1.encode(signed);
  const expected = { serverAddress, euiccChallenge };
  const transcript = rspTranscript(negotiation, serverSigned1, expected);
  const { change } = openSession(smdp, parties, {
    transactionId,
    serverChallenge,
    serverAddress,
    mode: rspMode,
  });
  sessions.add({
    transactionId: bytesToHex(transactionId),
    mode: rspMode,
    offer: parseServerOffer(serverOffer),
    identity,
    transcript,
    channel: new ServerChannel(hpke, transcript),
    stage: 'initiated',
  });
  // the session itself is not stored: its one-time key is in memory only
  await change.commit({ durable: false });
  return encodeJson(ZKCX_INITIATE.answer, {
    transactionId,
    serverSigned1,
    serverSignature1: sign(identity.auth.secretKey, serverSigned1),
    euiccCiPKIdToBeUsed: ciPkId,
    serverCertificate: rspMode === 'zkcx' ? NO_CERTIFICATE : documents.auth,
    zkcx: serverOffer,
    zkcxServer: { auth: rspMode === 'zkcx' ? documents.auth : undefined, pb: documents.pb },
  });
}

function certificatesOf({ auth, pb }: SmdpIdentity): ServerDocuments {
  return { auth: auth.certificate.der, pb: pb.certificate.der };
}

/** Certificates of eUICCs have the role of their version of SGP.22. */
function roleFor(svn: string): Role {
  return compareVersions(svn, '3.0.0') < 0 ? 'euicc-v2' : 'euicc';
}
