/** InitiateAuthentication with an offer of zkCX: the server's own offer, which names the session that it opens. */
import { bytesToHex } from '../../../bytes.ts';
import type { Role } from '../../../roles.ts';
import { requestTerms } from '../../../session/offers.ts';
import { encodeJson, ES9P } from '../../../sgp22/messages/es9p.ts';
import { compareVersions } from '../../../sgp22/messages/identifiers.ts';
import { sign } from '../../../sgp22/messages/signature.ts';
import { NO_CERTIFICATE } from '../../../sgp22/messages/zkcx-server.ts';
import type { SmdpIdentity } from '../../smdpp/identities.ts';
import {
  chooseParties,
  initiateAuthentication,
  newSession,
} from '../../smdpp/initiate-authentication.ts';
import { tellTransaction } from '../../server/trace.ts';
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
import { rspTranscript } from '../transcript.ts';
import { acceptedNow, PURPOSE, type ZkcxServerContext } from './context.ts';
import { placeOf } from '../../network-address.ts';
import { SecondSessions } from './second-sessions.ts';

/**
 * Open a session. A client without a mode of this server is answered as one that offers nothing: it is
 * its own to refuse that. Returns the answer in JSON.
 *
 * @param peer network address of the client
 * @throws RspRefusal as the classic function; ERR_RSP_BUSY where all places are those of others; ERR_RSP_ZKCX_OFFER for an offer that is none;
 *   ERR_RSP_STORE where the server's own lists are too old or cannot be read
 */
export async function initiate(
  context: ZkcxServerContext,
  request: ZkcxInitiateRequest,
  peer: string,
): Promise<object> {
  const { smdp, sessions, maxAge, cancelReasons } = context;
  const client = parseClientOffer(request.zkcx);
  const parties = chooseParties(smdp, request);
  const { identity, ciPkId } = parties;
  const statements = context.statements(identity);
  const own: readonly ZkcxMode[] = statements ? ['zkcx', 'zkcx-device'] : ['zkcx-device'];
  const rspMode = chooseMode(client, own);
  // nothing is asked of a device that the server could not judge
  const accepted = await acceptedNow(context);
  const mode = accepted.registryRoots === undefined ? 'presentation' : 'registryPresentation';
  if (rspMode === undefined || !client.proofs.includes(mode)) {
    const answer = await initiateAuthentication(smdp, request, peer);
    return encodeJson(ES9P.initiateAuthentication.answer, answer);
  }
  const hpke = await newHpkeKeyPair(smdp.random);
  const documents = rspMode === 'zkcx' ? statements! : certificatesOf(identity);
  const role = roleFor(request.euiccInfo1.svn);
  const now = smdp.now();
  const serverOffer = writeServerOffer({
    rspMode,
    terms: requestTerms({ mode, accepted, role, maxAge, purpose: PURPOSE, now }),
    hpkeKey: hpke.publicKey,
    euiccCiPKIdToBeUsed: ciPkId,
    documents,
    cancelReasons,
    random: smdp.random,
  });
  const { euiccChallenge } = request;
  // one spelling: notifications and prompts name it so
  const serverAddress = smdp.settings.address.toLowerCase();
  const negotiation = { clientOffer: request.zkcx, serverOffer };
  const transcript = rspTranscript(negotiation, { serverAddress, euiccChallenge });
  const { transactionId, serverSigned1 } = transcript;
  const session = {
    transactionId: bytesToHex(transactionId),
    mode: rspMode,
    offer: parseServerOffer(serverOffer),
    identity,
    transcript,
    channel: new ServerChannel(hpke, transcript),
    seconds: new SecondSessions(transcript, euiccChallenge),
    stage: 'initiated' as const,
    record: newSession(now, parties, transcript),
  };
  sessions.add(session, placeOf(peer));
  tellTransaction(session.transactionId);
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
