/** From the server's offer to a presentation over a euiccSigned1 that nobody sees. */
import { bytesEqual } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import type { Credential } from '../../../prover/credential.ts';
import type { RandomBytes } from '../../../random.ts';
import { type AnswerPlan, planAnswer } from '../../../session/answer.ts';
import { checkTerms, type HolderPolicy } from '../../../session/holder.ts';
import { refusedByEuicc } from '../../lpa/endings.ts';
import type { Es10 } from '../../lpa/index.ts';
import {
  AUTHENTICATE_ERROR,
  type AuthenticateResponseOk,
  EuiccSigned1,
} from '../../../sgp22/messages/authenticate-server.ts';
import type { DeviceInfo } from '../../../sgp22/messages/ctx-params.ts';
import { ExtCardResource } from '../../../sgp22/messages/euicc-info.ts';
import { type Eligibility, memoryStep } from '../messages.ts';
import { requestTerms } from '../negotiation.ts';
import { hiddenPart } from '../transcript.ts';
import type { Initiated } from './initiate.ts';
import { signatureParts } from './session.ts';

/**
 * ES10b.AuthenticateServer for a server that passed `initiate`. Neither matchingId nor IMEI goes in: what
 * the eUICC signs stays hidden, but nothing that need not be there should hang on that.
 *
 * @throws ERR_RSP_DOWNLOAD when the eUICC refuses the server
 */
export async function authenticateServer(
  es10: Es10,
  { answer, keys, certificates, offer }: Initiated,
  { tac, deviceCapabilities }: DeviceInfo,
): Promise<AuthenticateResponseOk> {
  if (offer.rspMode === 'zkcx') await vouch(es10, keys);
  const response = await es10.authenticateServer({
    ...answer,
    serverCertificate: certificates.auth,
    ctxParams1: { deviceInfo: { tac, deviceCapabilities } },
  });
  if (response.result === 'ok') return response;
  throw refusedByEuicc('the server', AUTHENTICATE_ERROR, response.authenticateErrorCode);
}

async function vouch(es10: Es10, keys: Initiated['keys']): Promise<void> {
  try {
    await es10.zkcxServer(keys);
  } catch (cause) {
    if (!(cause instanceof ZkcxError) || cause.code !== 'ERR_RSP_APDU') throw cause;
    const problem = 'this eUICC has no zkCX-aware firmware: download in zkcx-device';
    throw new ZkcxError('ERR_RSP_CARD', problem, { cause });
  }
}

export interface PlanInput {
  readonly initiated: Initiated;
  readonly credential: Credential;
  readonly policy: HolderPolicy;
  readonly random: RandomBytes;
}

/**
 * What the policy says to the server's request; before the eUICC is asked for a signature. Throws
 * ERR_HOLDER_*.
 */
export function acceptedTerms({ initiated, credential, policy }: Omit<PlanInput, 'random'>) {
  const { offer, peer, transcript } = initiated;
  const terms = checkTerms(requestTerms(offer), peer, credential, policy);
  return { ...terms, transcript, request: { disclosures: [] } };
}

/**
 * Plan the proofs over what the eUICC signed. Throws ERR_RSP_ZKCX_TRANSCRIPT when that is of another
 * session, ERR_HOLDER_KEY when another key signed, and the codes of `planAnswer`.
 */
export async function planPresentation(
  input: PlanInput,
  accepted: ReturnType<typeof acceptedTerms>,
  response: AuthenticateResponseOk,
): Promise<AnswerPlan> {
  const { initiated, credential, policy, random } = input;
  const { der } = credential.certificates.at(-1)!;
  if (!bytesEqual(der, response.euiccCertificate)) {
    throw new ZkcxError('ERR_HOLDER_KEY', "the credential is not of the eUICC's certificate");
  }
  const hidden = hiddenPart(initiated.transcript, response.euiccSigned1);
  const anchors = policy.trustSets.flat();
  const sign = () => signatureParts(response.euiccSignature1);
  return planAnswer({ accepted, credential, anchors, sign, hidden, random });
}

/** What the LPA says of the eUICC, rounded; unproven. */
export function eligibilityOf({ euiccSigned1 }: AuthenticateResponseOk): Eligibility {
  const { euiccInfo2 } = EuiccSigned1.decode(euiccSigned1);
  const { svn, profileVersion, rspCapability, forbiddenProfilePolicyRules = [] } = euiccInfo2;
  // a card that does not say gets its try
  const { freeNonVolatileMemory = Infinity } = ExtCardResource.decode(euiccInfo2.extCardResource);
  return {
    svn,
    profileVersion,
    testProfileSupport: rspCapability.includes('testProfileSupport'),
    forbiddenProfilePolicyRules: [...forbiddenProfilePolicyRules],
    freeMemory: memoryStep(freeNonVolatileMemory),
  };
}
