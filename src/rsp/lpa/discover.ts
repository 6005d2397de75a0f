/** Retrieval of events (SGP.22 3.6.2): which servers have something for this eUICC, as SM-DS tell it. */
import { checked } from '../../arguments.ts';
import { ZkcxError } from '../../errors.ts';
import { AUTHENTICATE_ERROR } from '../../sgp22/messages/authenticate-server.ts';
import type { DeviceInfo } from '../../sgp22/messages/ctx-params.ts';
import { ES11, type EventEntry } from '../../sgp22/messages/es11.ts';
import { encodeJson } from '../../sgp22/messages/es9p.ts';
import { isServerAddress } from '../arguments.ts';
import * as argument from './arguments.ts';
import { assertGoesOn, failureOf, refusedByEuicc } from './endings.ts';
import type { Es10 } from './es10.ts';
import type { Es9p } from './es9p.ts';
import { initiateAuthentication } from './initiate.ts';
import { checkTransaction, serverKind } from './server-checks.ts';

export interface DiscoverOptions {
  readonly es10: Pick<Es10, 'euiccInfo1' | 'euiccChallenge' | 'authenticateServer'>;
  /** FQDN of the SM-DS to ask: as a rule the root SM-DS of the eUICC (`configuredAddresses`). */
  readonly address: string;
  /** The server at an address, SM-DS or SM-DP+. */
  readonly server: (address: string) => Es9p;
  readonly device: DeviceInfo;
  readonly onEvent?: (event: { readonly type: 'asking'; readonly address: string }) => void;
  /** Stops before the next server is asked. */
  readonly signal?: AbortSignal;
}

/** Where something is for this eUICC. */
export interface DiscoveredEvent {
  /** FQDN of an SM-DP+. */
  readonly address: string;
  /** To be sent as MatchingID. */
  readonly eventId: string;
  /** The SM-DS that told of it. */
  readonly smds: string;
  /** Why nothing was learnt at that address. It may be an SM-DP+ all the same, to be tried again later. */
  readonly failure?: string;
}

/** From a root SM-DS to an alternative one, and no further. */
const MAX_DEPTH = 2;
/** Of all SM-DS together. */
const MAX_EVENTS = 100;

/**
 * Ask an SM-DS, and those that it names, for the events of this eUICC, oldest first. What an SM-DS names is asked only
 * for what it is: no order of an SM-DP+ is touched. Whoever is asked as an SM-DS learns the EID, as in SGP.22.
 *
 * @throws RspRefusal if the first SM-DS refuses, ERR_RSP_DOWNLOAD if LPA or eUICC refuse it, ERR_RSP_CANCELLED, and the
 * errors of card and server
 */
export async function discoverEvents(options: DiscoverOptions): Promise<DiscoveredEvent[]> {
  checked(options, argument.discoverOptions, 'discoverEvents');
  const { address } = options;
  const first = await ask(options, address, '');
  if (first === undefined) {
    throw new ZkcxError('ERR_RSP_DOWNLOAD', `${address} is an SM-DP+, not an SM-DS`, {
      reason: 'serverRole',
    });
  }
  const found: DiscoveredEvent[] = [];
  const waiting = first.map((entry) => ({ entry, smds: address, depth: 1 }));
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (found.length >= MAX_EVENTS) break;
    const { entry, smds, depth } = next;
    const event = { address: entry.rspServerAddress, eventId: entry.eventId, smds };
    let more: readonly EventEntry[] | undefined;
    const failure = await failureOf(async () => {
      if (!isServerAddress(event.address)) return 'this is no address of a server';
      more = await ask(options, event.address, event.eventId, depth < MAX_DEPTH);
      return undefined;
    });
    // a stop is nothing that a server did
    assertGoesOn(options.signal);
    if (more === undefined) found.push(failure === undefined ? event : { ...event, failure });
    else {
      const behind = more.map((entry) => ({ entry, smds: event.address, depth: depth + 1 }));
      waiting.unshift(...behind);
    }
  }
  return found;
}

/** Events that an SM-DS has; undefined: the server is an SM-DP+. */
async function ask(
  { es10, server: serverAt, device, onEvent, signal }: DiscoverOptions,
  address: string,
  matchingId: string,
  isAsked = true,
): Promise<readonly EventEntry[] | undefined> {
  assertGoesOn(signal);
  onEvent?.({ type: 'asking', address });
  const server = serverAt(address);
  const answer = await initiateAuthentication(es10, server);
  // nothing was signed by the eUICC: the session at an SM-DP+ ends by itself
  if (serverKind(answer.serverCertificate) === 'smdp') return undefined;
  if (!isAsked) return [];
  const response = await es10.authenticateServer({
    ...answer,
    ctxParams1: { matchingId, deviceInfo: device },
  });
  if (response.result === 'error') {
    throw refusedByEuicc('the SM-DS', AUTHENTICATE_ERROR, response.authenticateErrorCode);
  }
  const { path, request, answer: form } = ES11.authenticateClient;
  const { transactionId } = answer;
  const body = encodeJson(request, { transactionId, authenticateServerResponse: response });
  const told = await server.exchange(path, body, form);
  checkTransaction(told.transactionId, transactionId);
  return told.eventEntries;
}
