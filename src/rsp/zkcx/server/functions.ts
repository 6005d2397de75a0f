/** The functions of zkCX by path: their seal, their session's lock, their refusals. */
import { bytesToHex } from '../../../bytes.ts';
import { ZkcxError } from '../../../errors.ts';
import { encodeJson } from '../../../sgp22/messages/es9p.ts';
import { RspRefusal } from '../../../sgp22/status-codes.ts';
import { LOCK } from '../../smdpp/context.ts';
import { type JsonFunction, jsonFunction } from '../../server/json-functions.ts';
import { tell } from '../../server/trace.ts';
import type { SealedKind } from '../channel.ts';
import {
  decodeZkcxRequest,
  encodeZkcxAnswer,
  encodeZkcxRefusal,
  SEALED_ANSWER,
  SEALED_REQUEST,
  ZKCX,
  type ZkcxAnswer,
  type ZkcxRequest,
} from '../messages.ts';
import { ZKCX_INITIATE } from '../negotiation.ts';
import { authenticateClient } from './authenticate-client.ts';
import { cancelSession } from './cancel-session.ts';
import { challenge } from './challenge.ts';
import type { ZkcxServerContext } from './context.ts';
import { disclose } from './disclose.ts';
import { getBoundProfilePackage } from './get-bound-profile-package.ts';
import { handleNotification } from './handle-notification.ts';
import { initiate } from './initiate.ts';
import { unknownSession } from './refusals.ts';
import type { ZkcxSession } from './sessions.ts';
import type { Place } from './verifiers.ts';

/** Sees refusals that only the device can read: the function, and the code of the reason. */
export type OnRefusal = (name: SealedKind, code: string) => void;

/** By path, what answers requests that carry zkCX. */
export function zkcxFunctions(
  context: ZkcxServerContext,
  onRefusal: OnRefusal = () => undefined,
): Record<string, JsonFunction> {
  const sealed = <F extends Exclude<SealedKind, 'handleNotification'>>(
    name: F,
    handle: Handler<F>,
  ) => [ZKCX[name].path, sealedFunction(context, name, handle, onRefusal)] as const;
  return Object.fromEntries([
    [
      ZKCX_INITIATE.path,
      jsonFunction(ZKCX_INITIATE.request, (request, peer) => initiate(context, request, peer)),
    ],
    sealed('authenticateClient', authenticateClient),
    sealed('zkcxChallenge', challenge),
    sealed('zkcxDisclose', disclose),
    sealed('getBoundProfilePackage', getBoundProfilePackage),
    sealed('cancelSession', cancelSession),
    [
      ZKCX.handleNotification.path,
      jsonFunction(SEALED_REQUEST, async (request) => {
        // as in ES9+, whether it was of use is not told
        await handleNotification(context, request);
        return undefined;
      }),
    ],
  ]);
}

type Handler<F extends SealedKind> = (
  context: ZkcxServerContext,
  session: ZkcxSession,
  request: ZkcxRequest<F>,
  place: Place,
) => Promise<ZkcxAnswer<F>>;

/**
 * A function inside the seal. Its session is locked, and where a proof is due a place among those whose
 * proofs are verified is taken before the message is opened: a server without room does no work for it.
 * Refusals of what was opened are sealed like answers.
 */
function sealedFunction<F extends SealedKind>(
  context: ZkcxServerContext,
  name: F,
  handle: Handler<F>,
  onRefusal: OnRefusal,
): JsonFunction {
  return jsonFunction(SEALED_REQUEST, async ({ transactionId, zkcx }) => {
    const id = bytesToHex(transactionId);
    const answer = await context.smdp.locks.run(LOCK.session(id), async () => {
      const session = context.sessions.find(id);
      if (session === undefined) throw unknownSession();
      const { channel } = session;
      const place = placeFor(context, name, session);
      try {
        const body = await opened(() => channel.open(name, zkcx));
        return await channel.sealAnswer(await answered(session, body, place));
      } finally {
        place.release();
      }
    });
    return encodeJson(SEALED_ANSWER, { transactionId, zkcx: answer });
  });

  async function answered(
    session: ZkcxSession,
    body: Uint8Array,
    place: Place,
  ): Promise<Uint8Array> {
    try {
      const request = await opened(() => decodeZkcxRequest(name, body));
      return encodeZkcxAnswer(name, await handle(context, session, request, place));
    } catch (error) {
      if (!(error instanceof RspRefusal)) throw error;
      const code = codeOf(error);
      tell({ refused: code });
      onRefusal(name, code);
      return encodeZkcxRefusal({ ...error.status, message: error.message });
    }
  }
}

/** Where no proof is due there is nothing to wait for. */
function placeFor(
  { verifiers }: ZkcxServerContext,
  name: SealedKind,
  { stage }: ZkcxSession,
): Place {
  const isDue = name === 'authenticateClient' && stage === 'initiated';
  return isDue ? verifiers.reserve() : NO_PLACE;
}

const NO_PLACE: Place = {
  assertProof: () => Promise.reject(RangeError('no proof is due here')),
  release: () => undefined,
};

/** What cannot be opened or read is of no session. */
async function opened<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof ZkcxError ? unknownSession(cause) : cause;
  }
}

/** The reason behind a refusal; "8.2.6/3.8" where there is no other. */
function codeOf({ cause, reason, code }: RspRefusal): string {
  return cause instanceof ZkcxError ? cause.code : (reason ?? code);
}
