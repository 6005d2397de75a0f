/** What the functions of zkCX take and answer outside of their seal, for the OpenAPI document. */
import type { DescribedFunction } from '../../smdpp/openapi.ts';
import { SEALED_ANSWER, SEALED_REQUEST, ZKCX } from '../messages.ts';
import { ZKCX_INITIATE } from '../negotiation.ts';

const SUMMARIES = {
  authenticateClient: 'Show proofs in the place of certificates',
  zkcxChallenge: 'zkCX: ask for another challenge',
  zkcxDisclose: 'zkCX: tell who the device is, once its user agrees',
  getBoundProfilePackage: 'the same in zkCX, sealed',
  handleNotification: 'the same in zkCX, sealed',
  cancelSession: 'the same in zkCX, sealed',
} satisfies Record<keyof typeof ZKCX, string>;

/** By path. */
export const DESCRIBED: Readonly<Record<string, DescribedFunction>> = Object.fromEntries([
  [
    ZKCX_INITIATE.path,
    {
      summary: 'with an offer of zkCX',
      request: ZKCX_INITIATE.request,
      answer: ZKCX_INITIATE.answer,
    },
  ],
  ...Object.entries(ZKCX).map(([name, { path }]) => [
    path,
    {
      summary: SUMMARIES[name as keyof typeof ZKCX],
      request: SEALED_REQUEST,
      answer: name === 'handleNotification' ? undefined : SEALED_ANSWER,
    },
  ]),
]);
