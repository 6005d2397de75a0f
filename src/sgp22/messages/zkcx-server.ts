/**
 * An extra function of zkCX-aware eUICCs, BF70 (docs/guide/lpa-and-euicc.md): the LPA names the server whose keys
 * it verified by proofs, for the AuthenticateServer that follows. Not in SGP.22.
 *
 *   [112] { smdpOid OBJECT IDENTIFIER, [0] key for serverSignature1, [1] key for packages }
 *   [112] { [0] INTEGER }
 *
 * Keys are points, 04, x, y. Where these messages are used there are no certificates, and an empty
 * SEQUENCE stands in the places that SGP.22 has for them.
 */
import { automatic, context, element, type Input } from '../codec/codec.ts';
import { coded, oid } from '../codec/primitives.ts';
import { message, sequence } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { publicKey } from './curve.ts';

/** In the place of CERT.DPauth and CERT.DPpb. */
export const NO_CERTIFICATE: Uint8Array = element('nothing', sequence({})).encode({});

/** A server as the LPA verified it. Strict: nothing may follow the known elements. */
export const ZkcxServerRequest = message(
  'ZkcxServerRequest',
  TAG.zkcxServer,
  sequence(
    {
      /** Dotted; one for both keys. */
      smdpOid: oid,
      authKey: context(0, publicKey),
      packageKey: context(1, publicKey),
    },
    'closed',
  ),
);
export type ZkcxServer = Input<typeof ZkcxServerRequest>;

/** Result codes. */
export const ZKCX_SERVER_RESULT = { ok: 0, noSessionContext: 4 } as const;

export const ZkcxServerResponse = message(
  'ZkcxServerResponse',
  TAG.zkcxServer,
  sequence(automatic({ result: coded(ZKCX_SERVER_RESULT) }), 'closed'),
);
