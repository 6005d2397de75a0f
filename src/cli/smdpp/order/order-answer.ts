/** How the commands about orders show them. */
import type { ShownOrder } from '../../../rsp/smdpp/index.ts';
import { type Answer, isoTime } from '../../shared/output.ts';

/** What the SM-DP+ says of one order. */
export interface FoundOrder {
  readonly order: ShownOrder;
  readonly address: string;
}

export function orderAnswer({ order, address }: FoundOrder): Answer {
  // SGP.22 4.1: the last 1 says that a confirmation code will be asked for
  const activationCode =
    order.matchingId === undefined
      ? undefined
      : `LPA:1$${address}$${order.matchingId}${order.confirmationCode ? '$$1' : ''}`;
  return {
    json: { order, activationCode },
    text: [
      orderLine(order),
      ...(activationCode === undefined ? [] : [`Activation code: ${activationCode}`]),
      ...order.history.map(({ at, event }) => `${isoTime(BigInt(at))}  ${event}`),
    ],
  };
}

export function orderLine(order: ShownOrder): string {
  const { iccid, state, matchingId, attempts, failure, blindOrder, isClaimed } = order;
  const id = matchingId === '' ? '(no MatchingID)' : (matchingId ?? '(not confirmed)');
  const blind = blindOrder && `blind order ${blindOrder}`;
  const claim = isClaimed && 'claimed';
  return [iccid, state, id, `${attempts} attempts`, failure, blind, claim]
    .filter(Boolean)
    .join('  ');
}
