/** What the device decides about a request before its eUICC signs, and before a credential is built. */
import { ZkcxError } from '../../../errors.ts';
import type { Credential } from '../../../prover/credential.ts';
import { ROLES } from '../../../roles.ts';
import { blindOrderOf } from '../../../session/blind-order.ts';
import { type AcceptedTerms, checkTerms } from '../../../session/holder.ts';
import type { PossessionOfSession } from '../../../session/answer.ts';
import { Ended } from '../../lpa/endings.ts';
import { offeredTerms } from '../negotiation.ts';
import type { Initiated } from './initiate.ts';
import type { Options } from './options.ts';

/** What a possession tells the server beside that the key signed. */
export type Told = Pick<PossessionOfSession, 'scope' | 'identifier' | 'order'>;

/**
 * What the policy says to the server's request.
 *
 * @param credential undefined: there is none yet; what does not depend on it is decided
 * @throws ERR_HOLDER_*, ERR_SESSION_VALUE
 */
export function acceptedTerms(
  { policy }: Pick<Options, 'policy'>,
  { offer, peer }: Pick<Initiated, 'offer' | 'peer'>,
  credential: Credential | undefined,
): AcceptedTerms {
  if (ROLES[offer.role].kind !== 'euicc') {
    throw new ZkcxError('ERR_HOLDER_ROLE', 'the request is for another role than that of an eUICC');
  }
  return checkTerms(offeredTerms(offer), peer, credential, policy);
}

/**
 * Exactly one of pseudonym and identifier where the server asks for one; the order, if the user was given one and
 * agrees.
 *
 * @param eid 32 digits, of the eUICC
 * @throws ERR_HOLDER_REQUEST: an identifier is asked for, and there is no secret; ERR_HOLDER_ORDER: the order is not
 *   for this eUICC at this server; `Ended` if the user does not agree to tell that it is
 */
export async function agreedToTell(
  { identifierSecret: secret, order, consentToOrder }: Options,
  { scope, identifierScope }: AcceptedTerms,
  { peer }: Pick<Initiated, 'peer'>,
  eid: string,
): Promise<Told> {
  const hasIdentifier = identifierScope !== undefined && secret !== undefined;
  if (identifierScope !== undefined && scope === undefined && !hasIdentifier) {
    throw new ZkcxError(
      'ERR_HOLDER_REQUEST',
      'the server asks for an identifier: it needs a secret',
    );
  }
  const name = hasIdentifier ? { identifier: { scope: identifierScope, secret } } : { scope };
  if (order === undefined) return name;
  const { serverOid } = peer;
  if (blindOrderOf(serverOid, order.salt, eid) !== order.order) {
    throw new ZkcxError(
      'ERR_HOLDER_ORDER',
      'the order is for another eUICC, or for another server than the one that answers here',
    );
  }
  // an answer in words is not a yes
  if ((await consentToOrder?.(peer)) !== true) {
    throw new Ended(
      'endUserRejection',
      'the order is for this eUICC, which the user does not tell',
    );
  }
  return { ...name, order: { serverOid, salt: order.salt } };
}
