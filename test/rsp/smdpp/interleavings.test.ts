/**
 * Random interleavings of two devices, their operator and restarts of the server, on a stock so small that ICCIDs are
 * ordered again and again: what a device does, in however old a session, concerns its own orders and no others.
 */
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { cancelOrder, releaseProfile } from '../../../src/rsp/smdpp/es2p/orders.ts';
import type { Order } from '../../../src/rsp/smdpp/order.ts';
import { addOrder, addOrderSchema } from '../../../src/rsp/smdpp/stock.ts';
import { refusalOf } from '../../support/rsp/refusal.ts';
import {
  cancelSession,
  eidOf,
  failure,
  installationResult,
  oneTimeKey,
  otherEuicc,
  sgp26Euicc,
  SUCCESS,
} from '../../support/rsp/soft-euicc.ts';
import { TestSmdp } from '../../support/rsp/smdpp.ts';

/** No run begins later than that after the first one; each takes less than a second. */
const SECONDS = 12;
/** But these are done, however slow the machine is. */
const LEAST = 5;

const DEVICES = [sgp26Euicc(), otherEuicc('89049032123451234512345678901236')] as const;
const EIDS = [eidOf(DEVICES[0]), eidOf(DEVICES[1])] as const;
type Owner = 0 | 1;
const CODE = '2468';
const PROFILE_TYPE = 'plan';
/** A MatchingID that is no secret: orders of it are bound to an EID. */
const KNOWN = 'KNOWN-TO-ALL';

type Answer = Awaited<ReturnType<TestSmdp['authenticate']>>;

const idOf = ({ transactionId }: Answer) => Buffer.from(transactionId).toString('hex');

/** What a device has seen in a session. It forgets none, however long it is over. */
interface Seen {
  readonly answer: Answer;
  readonly iccid: string;
  /** It was cancelled, or refused as one that is over. */
  isOver: boolean;
}

/** One run: who ordered what, and what the devices know. */
class World {
  readonly smdp: TestSmdp;
  /** MatchingIDs that a device was told. */
  readonly #codes: readonly [string[], string[]] = [[], []];
  readonly #seen: readonly [Seen[], Seen[]] = [[], []];
  #count = 0;

  private constructor(smdp: TestSmdp) {
    this.smdp = smdp;
  }

  static async begin(stock: number): Promise<World> {
    const smdp = await TestSmdp.open({ confirmationCodeLimit: 2 });
    for (let i = 0; i < stock; i++) await smdp.profile({ profileType: PROFILE_TYPE });
    return new World(smdp);
  }

  /** All orders that have their MatchingID. */
  async orders(): Promise<Order[]> {
    const orders: Order[] = [];
    for await (const order of this.smdp.server.context.store.orders()) {
      if (order.matchingId !== undefined) orders.push(order);
    }
    return orders;
  }

  ownerOf({ eid, matchingId }: Order): Owner {
    const isSecond = eid === undefined ? this.#codes[1].includes(matchingId!) : eid === EIDS[1];
    return isSecond ? 1 : 0;
  }

  /** What the operator does next: mostly it takes an order from one device, and sells the profile to the other. */
  async operate(pick: number): Promise<void> {
    const { context } = this.smdp.server;
    const going = (await this.orders()).filter(({ state }) => state !== 'cancelled');
    const order = going[pick % Math.max(going.length, 1)];
    if (order === undefined) return this.order((pick % 2) as Owner, pick >> 1);
    const { iccid, eid } = order;
    if (order.state === 'confirmed') {
      await refusalOf(releaseProfile(context, { iccid }));
      return;
    }
    const finalProfileStatusIndicator = 'Available';
    await refusalOf(cancelOrder(context, { iccid, eid, finalProfileStatusIndicator }));
    if (pick % 8 > 0) await this.order(this.ownerOf(order) === 0 ? 1 : 0, pick >> 3);
  }

  /** An order for one of the two: by a MatchingID of its own, by its EID, or by its EID under one that all know. */
  async order(owner: Owner, pick: number): Promise<void> {
    const eid = EIDS[owner];
    const own = { matchingId: `SECRET-${this.#count++}` };
    const bindings = [own, own, own, own, { eid, matchingId: '' }, { eid, matchingId: KNOWN }];
    const given = bindings[pick % bindings.length]!;
    if (given === own) this.#codes[owner].push(own.matchingId);
    const request = {
      profileType: PROFILE_TYPE,
      ...given,
      ...((pick >> 3) % 2 === 0 && { confirmationCode: CODE }),
      release: (pick >> 4) % 8 > 0,
    };
    // refused where none is in stock, or the MatchingID is that of an order which still goes on
    await refusalOf(addOrder(this.smdp.server.context, addOrderSchema.parse(request)));
  }

  /** What a device does next: it begins, or goes on with one of its sessions. */
  async act(device: Owner, pick: number): Promise<void> {
    const codes = this.#codes[device];
    const seen = this.#seen[device];
    const last = seen.at(-1);
    if (last === undefined || pick % 8 < (last.isOver ? 5 : 1)) {
      // anyone may try without MatchingID, and with one that is no secret
      const known = [...codes.slice(-1), ...codes.slice(-1), ...codes.slice(-2), '', KNOWN];
      return this.#authenticate(device, known[(pick >> 3) % known.length]!);
    }
    const isOld = pick % 8 > 5;
    const session = isOld ? seen[(pick >> 3) % seen.length]! : last;
    await this.#goOn(device, session, pick >> 6);
  }

  async #authenticate(device: Owner, matchingId: string): Promise<void> {
    const authenticated = this.smdp.authenticate(DEVICES[device], matchingId);
    if ((await refusalOf(authenticated)) !== 'accepted') return;
    const answer = await authenticated;
    const { sessions, store } = this.smdp.server.context;
    const sequence = sessions.get(idOf(answer))?.offer?.sequence;
    // withdrawn at the same moment
    if (sequence === undefined) return;
    const order = (await store.order(sequence))!;
    expect(this.ownerOf(order)).toBe(device);
    this.#seen[device].push({ answer, iccid: order.iccid, isOver: false });
  }

  async #goOn(device: Owner, seen: Seen, pick: number): Promise<void> {
    const euicc = DEVICES[device];
    const { answer, iccid } = seen;
    const { transactionId } = answer;
    const kind = pick % 8;
    if (kind < 4) {
      const otpk = oneTimeKey(`${device} ${(pick >> 3) % 2}`).point;
      const code = kind === 0 ? '9999' : CODE;
      const outcome = await refusalOf(this.smdp.bind(euicc, answer, { otpk, code }));
      seen.isOver = outcome === '8.10.1/3.9';
      if (outcome === 'accepted') await this.#assertOwn(device, answer);
    } else if (kind < 7) {
      const { cancelSessionResponse } = cancelSession(euicc, transactionId, (pick >> 3) % 3);
      const response = { ...cancelSessionResponse, der: new Uint8Array() };
      const request = { transactionId, cancelSessionResponse: response };
      await refusalOf(this.smdp.server.cancelSession(request));
      seen.isOver = true;
    } else {
      const finalResult = [SUCCESS, failure(8), failure(11)][(pick >> 3) % 3]!;
      const result = installationResult(euicc, transactionId, iccid, { finalResult });
      await this.smdp.server.handleNotification({ pendingNotification: result });
    }
  }

  /** Who got a package got that of an order of its own. */
  async #assertOwn(device: Owner, answer: Answer): Promise<void> {
    const { store } = this.smdp.server.context;
    const sequence = await store.byTransaction(idOf(answer));
    // it may have been withdrawn since, if the device gave up in another session
    if (sequence !== undefined) expect(this.ownerOf((await store.order(sequence))!)).toBe(device);
  }
}

/** What the operator does to an order. All else in its history is of devices. */
const OPERATOR = /^(ordered|confirmed|confirmed and released|released|cancelled)$/;

/** What devices have done to an order: nothing that an operator does changes it. */
function deviceSide({ sequence, state, attempts, confirmation, delivery, history }: Order) {
  return {
    sequence,
    attempts,
    failures: confirmation?.failures,
    // withdrawing it forgets the delivery
    delivery: state === 'cancelled' ? undefined : delivery,
    events: history.filter(({ event }) => !OPERATOR.test(event)),
  };
}

const actor = fc.constantFrom<'operator' | Owner>('operator', 'operator', 0, 0, 0, 1, 1, 1);
const action = fc.record({ who: actor, pick: fc.nat({ max: 0xffff }) });
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;
/** One thing, two at the same time, or the end and a new beginning of the server. */
type Step = readonly Action[] | 'restart';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: action.map((one) => [one]) },
  { weight: 4, arbitrary: fc.tuple(action, action) },
  { weight: 1, arbitrary: fc.constant('restart' as const) },
);

/** Numbers in which `operate` and `act` read this. */
const PICK = {
  orderWithCode: 145,
  orderWithout: 193,
  begin: 0,
  sendWrongCode: 1,
  fetch: 65,
  cancel: 257,
};

const ofBoth = (pick: number): Step[] => [[{ who: 0, pick }], [{ who: 1, pick }]];

/** What went wrong once: both begin, whoever has an order loses it to the other, and both go on. */
const story: fc.Arbitrary<Step[]> = fc
  .tuple(
    fc.constantFrom(PICK.orderWithCode, PICK.orderWithout),
    fc.array(step, { maxLength: 2 }),
    fc.constantFrom(PICK.orderWithCode, PICK.orderWithout),
    fc.array(step, { maxLength: 1 }),
    fc.constantFrom(PICK.sendWrongCode, PICK.fetch, PICK.cancel),
  )
  .map(([first, early, second, late, goOn]) => [
    [{ who: 'operator', pick: first }],
    ...early,
    ...ofBoth(PICK.begin),
    [{ who: 'operator', pick: second }],
    ...late,
    ...ofBoth(goOn),
  ]);

const run: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { weight: 1, arbitrary: story },
      { weight: 3, arbitrary: fc.array(step, { minLength: 1, maxLength: 4, size: 'max' }) },
    ),
    { minLength: 3, maxLength: 7, size: 'max' },
  )
  .map((parts) => parts.flat());

/** Take the steps of one run, and look at all orders after each. Returns how many deliveries were seen. */
async function take(world: World, steps: readonly Step[]) {
  let delivered = 0;
  for (const actions of steps) {
    if (actions === 'restart') {
      await world.smdp.restart();
      continue;
    }
    const before = await world.orders();
    await Promise.all(
      actions.map(({ who, pick }) =>
        who === 'operator' ? world.operate(pick) : world.act(who, pick),
      ),
    );
    const after = new Map((await world.orders()).map((order) => [order.sequence, order]));
    for (const order of before) {
      if (actions.some(({ who }) => who === world.ownerOf(order))) continue;
      const now = after.get(order.sequence)!;
      const side = now.state === 'cancelled' ? { ...order, state: now.state } : order;
      expect(deviceSide(now)).toEqual(deviceSide(side));
    }
    for (const order of after.values()) {
      if (order.delivery === undefined) continue;
      expect(order.delivery.eid).toBe(EIDS[world.ownerOf(order)]);
      delivered++;
    }
  }
  return delivered;
}

test(
  'no device gets, ends, or uses up tries of an order of the other one',
  async () => {
    let delivered = 0;
    let runs = 0;
    const end = performance.now() + SECONDS * 1_000;
    // a second profile makes a freed ICCID wait for its turn
    const stocks = fc.constantFrom(1, 1, 2);
    const property = fc.asyncProperty(stocks, run, async (stock, steps) => {
      if (++runs > LEAST && performance.now() > end) return;
      const world = await World.begin(stock);
      try {
        delivered += await take(world, steps);
      } finally {
        await world.smdp.close();
      }
    });
    await fc.assert(property, { numRuns: 60, endOnFailure: true });
    // the devices did get somewhere
    expect(delivered).toBeGreaterThan(0);
  },
  (SECONDS + 180) * 1_000,
);
