/**
 * What zkCX-aware firmware signs and hashes in another way than SGP.22, so that neither a signature by the
 * eUICC's own key nor its EID is needed by the server (docs/protocol/zkcx-mode.md). Both ends compute it:
 * plain functions, no proofs.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../../bytes.ts';
import type { PublicKey } from '../../pki/index.ts';
import { automatic, type Input } from '../codec/codec.ts';
import { octets, oid, text } from '../codec/primitives.ts';
import { message, sequence } from '../codec/structures.ts';
import { publicKey } from './curve.ts';

const KDF_DOMAIN = new TextEncoder().encode('zkcx-bsp-kdf-1');

const SESSION_KEY_DOMAIN = 'zkcx-session-key-1';

const SessionKeySigned = message(
  'the session key message',
  sequence(
    {
      /** No other message that an eUICC signs begins with a UTF8String. */
      domain: text(32),
      ...automatic({
        transactionId: octets(16),
        /** OID of the server: content bytes of its one DER encoding. */
        smdpOid: oid,
        /** 04, x, y. */
        sessionKey: publicKey,
      }),
    },
    'closed',
  ),
);

/**
 * What the eUICC's own key signs in the mode `zkcx`, once a session, in place of euiccSigned1: that
 * everything later in the session, and about the profile that it brings, is signed by this fresh key.
 *
 *   SEQUENCE { UTF8String "zkcx-session-key-1", [0] transactionId, [1] smdpOid, [2] session public key }
 *
 * @returns the whole element. Throws ERR_RSP_VALUE.
 */
export function sessionKeyMessage(signed: Omit<Input<typeof SessionKeySigned>, 'domain'>) {
  return SessionKeySigned.encode({ ...signed, domain: SESSION_KEY_DOMAIN });
}

/** The key of such a message. Throws ERR_DER_* and ERR_RSP_VALUE. Whose and of which session, its bytes say. */
export function sessionKeyOf(message: Uint8Array): PublicKey {
  return SessionKeySigned.decode(message).sessionKey;
}

/** As many as an EID has: the key derivation keeps its form. */
const KDF_VALUE_BYTES = 16;

/**
 * What smdpSignature2 covers: smdpSigned2, and as an OCTET STRING the SHA-256 of serverSigned1. That
 * holds both challenges, and by the server's one the whole negotiation; of what the eUICC signed there
 * is nothing in it. It cannot be taken for the input of a classic session, which goes on with 5F37.
 *
 * @param smdpSigned2 whole element
 * @param serverSigned1 whole element, as signed
 */
export function zkcxSmdpSignature2Input(
  smdpSigned2: Uint8Array,
  serverSigned1: Uint8Array,
): Uint8Array {
  return concatBytes(smdpSigned2, octets(32).put(sha256(serverSigned1), 'the hash'));
}

/**
 * The 16 bytes that stand in the place of the EID where the keys of a bound profile package are derived
 * (SGP.22 5.5.1, SharedInfo): different in every session, and known to both ends only by the session.
 *
 * @param serverSigned1 whole element, as signed
 * @param euiccOtpk the eUICC's one-time key, 65 bytes
 */
export function zkcxKdfValue(serverSigned1: Uint8Array, euiccOtpk: Uint8Array): Uint8Array {
  return sha256(concatBytes(KDF_DOMAIN, serverSigned1, euiccOtpk)).slice(0, KDF_VALUE_BYTES);
}
