/** The second RSP sessions inside one session of `zkcx-device`: each for a challenge that is new. */
import { bytesToHex } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import { sign } from '../../../sgp22/messages/signature.ts';
import type { SmdpIdentity } from '../../smdpp/identities.ts';
import {
  MAX_CHALLENGES,
  type RspTranscript,
  type SecondSession,
  secondSession,
} from '../transcript.ts';

export class SecondSessions {
  readonly #transcript: RspTranscript;
  readonly #seen: Set<string>;
  #counter = 0;
  #current: SecondSession | undefined;

  /** `euiccChallenge`: of InitiateAuthentication. */
  constructor(transcript: RspTranscript, euiccChallenge: Uint8Array) {
    this.#transcript = transcript;
    this.#seen = new Set([bytesToHex(euiccChallenge)]);
  }

  /** The one that the eUICC is to sign for; those before it are void. */
  get current(): SecondSession | undefined {
    return this.#current;
  }

  /** Throws ERR_RSP_ZKCX_TRANSCRIPT for a challenge that was in this session before. */
  assertNew(euiccChallenge: Uint8Array): void {
    if (!this.#seen.has(bytesToHex(euiccChallenge))) return;
    throw new ZkcxError(
      'ERR_RSP_ZKCX_TRANSCRIPT',
      'the challenge of the eUICC was in this session before',
    );
  }

  /**
   * The next one, and the server's signature for it. Throws ERR_RSP_ZKCX_TRANSCRIPT for a challenge that is not new,
   * and ERR_RSP_ZKCX_ORDER after MAX_CHALLENGES beside the first.
   */
  next(euiccChallenge: Uint8Array, { auth }: SmdpIdentity) {
    this.assertNew(euiccChallenge);
    if (this.#counter > MAX_CHALLENGES) {
      throw new ZkcxError('ERR_RSP_ZKCX_ORDER', `a session has ${MAX_CHALLENGES} more challenges`);
    }
    this.#seen.add(bytesToHex(euiccChallenge));
    this.#current = secondSession(this.#transcript, { counter: this.#counter, euiccChallenge });
    this.#counter++;
    const { serverSigned1 } = this.#current;
    return { serverSigned1, serverSignature1: sign(auth.secretKey, serverSigned1) };
  }
}
