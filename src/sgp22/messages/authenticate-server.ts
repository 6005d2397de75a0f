/**
 * Common mutual authentication (SGP.22 3.1.2): what the server signs, ES10b.AuthenticateServer BF38
 * (5.7.13), what the eUICC signs.
 */
import { choice } from '../codec/choice.ts';
import { automatic, context, type Input, type Value } from '../codec/codec.ts';
import { coded, octets, text } from '../codec/primitives.ts';
import { copied, elements, sequence, whole, message } from '../codec/structures.ts';
import { TAG } from '../tags.ts';
import { CtxParams1, ReceivedCtxParams1 } from './ctx-params.ts';
import { EuiccInfo2 } from './euicc-info.ts';
import { keyIdentifier, transactionId } from './identifiers.ts';
import { Signature } from './signature.ts';

/** A host name, with a port or without. */
const serverAddress = text(255);

/** ServerSigned1, covered by serverSignature1. */
export const ServerSigned1 = message(
  'serverSigned1',
  sequence({
    /** 1 to 16 bytes. */
    transactionId: context(0, transactionId),
    euiccChallenge: context(1, octets(16)),
    serverAddress: context(3, serverAddress),
    serverChallenge: context(4, octets(16)),
  }),
);
export type ServerSigned1 = Input<typeof ServerSigned1>;

/** Signed parts and certificates are whole elements, signatures r and s of 64 bytes. */
export const AuthenticateServerRequest = message(
  'AuthenticateServerRequest',
  TAG.authenticateServer,
  sequence({
    serverSigned1: whole(),
    serverSignature1: Signature,
    /** Key identifier of the CI under which the eUICC shall sign. */
    euiccCiPKIdToBeUsed: keyIdentifier,
    /** CERT.DPauth or CERT.DSauth. */
    serverCertificate: whole(),
    /** `der` is the part that the eUICC copies into what it signs. */
    ctxParams1: CtxParams1,
  }),
);
export type AuthenticateServerRequest = Input<typeof AuthenticateServerRequest>;

const signedByBoth = {
  transactionId: context(0, transactionId),
  serverAddress: context(3, serverAddress),
  serverChallenge: context(4, octets(16)),
};

/** The first fields of EuiccSigned1, which a server knows before the eUICC signs. */
export const EuiccSigned1Beginning = elements('euiccSigned1', signedByBoth, 'closed');

/** EuiccSigned1, covered by euiccSignature1. The eUICC copies ctxParams1 as received. */
export const EuiccSigned1 = message(
  'euiccSigned1',
  sequence({ ...signedByBoth, euiccInfo2: copied(EuiccInfo2), ctxParams1: copied(CtxParams1) }),
);
export type EuiccSigned1 = Value<typeof EuiccSigned1>;

/** EuiccSigned1 of a foreign eUICC. */
export const ReceivedEuiccSigned1 = message(
  'euiccSigned1',
  sequence({
    ...signedByBoth,
    /** Whole element, see `readDeviceFacts`. */
    euiccInfo2: whole(EuiccInfo2.tag),
    ctxParams1: ReceivedCtxParams1,
  }),
);
export type ReceivedEuiccSigned1 = Value<typeof ReceivedEuiccSigned1>;

/** AuthenticateErrorCode. */
export const AUTHENTICATE_ERROR = {
  invalidCertificate: 1,
  invalidSignature: 2,
  unsupportedCurve: 3,
  noSessionContext: 4,
  invalidOid: 5,
  euiccChallengeMismatch: 6,
  ciPKUnknown: 7,
  undefinedError: 127,
} as const;

export const AuthenticateServerResponse = message(
  'AuthenticateServerResponse',
  TAG.authenticateServer,
  choice(
    'result',
    automatic({
      ok: sequence({
        /** Whole element, see `EuiccSigned1`. */
        euiccSigned1: whole(),
        euiccSignature1: Signature,
        euiccCertificate: whole(),
        eumCertificate: whole(),
      }),
      error: sequence({
        transactionId: context(0, transactionId),
        authenticateErrorCode: coded(AUTHENTICATE_ERROR),
      }),
    }),
  ),
);
export type AuthenticateServerResponse = Input<typeof AuthenticateServerResponse>;
export type AuthenticateResponseOk = Extract<AuthenticateServerResponse, { readonly result: 'ok' }>;
