import { MAX_POLICIES } from '../../../params.ts';
import { ROLE_NAMES, ROLE_OID_PREFIX, roleOid } from '../../../roles.ts';
import type { Bit } from '../../kimchi/context.ts';
import { oneOf } from '../one-of.ts';
import { assertDistinct } from './distinct.ts';
import { readList } from './list.ts';
import { oidKey, oidKeyOf, slotKey } from './oids.ts';
import {
  assertNotEmpty,
  assertSamePosition,
  type ExtensionValue,
  readOptional,
  readOptionalOctets,
  startsWith,
  TAG,
} from './optional.ts';
import type { Walk } from '../walk.ts';

const PREFIX = ROLE_OID_PREFIX.reduce((sum, byte) => 256n * sum + BigInt(byte), 0n);

/**
 * CertificatePolicies (RFC 5280 4.2.1.4): the role, one bit each in the order of ROLE_NAMES, exactly
 * one set. ~130 rows.
 *
 * Up to MAX_POLICIES policies, no OID twice. Those that begin with id-rspRole are role policies:
 * there must be exactly one, and it must be a role of the table with its length.
 */
export function readRole(walk: Walk, { present, start, end }: ExtensionValue): readonly Bit[] {
  const { context, memory } = walk;
  context.assertEqual(present, 1n);
  const list = readOptional(walk, start, TAG.sequence, present);
  assertSamePosition(walk, list.end, end);

  // redundant, since `present` is a bit; the row stays, the verification keys have it
  context.assertImplies(present, present);
  const policies = { from: list.content, to: list.end, slots: MAX_POLICIES, present };
  const read = readList(walk, policies, (at, used, slot) => {
    const information = readOptional(walk, at, TAG.sequence, used);
    const oid = readOptionalOctets(walk, information.content, TAG.oid, used);
    const qualified = startsWith(walk, oid.end, information.end, TAG.sequence);
    const qualifiers = readOptional(walk, oid.end, TAG.sequence, qualified);
    assertNotEmpty(context, qualified, qualifiers.length);
    assertSamePosition(walk, qualifiers.end, information.end);

    const key = oidKey(context, oid);
    const head = memory.between(oid.content, memory.advance(oid.content, 6), 6);
    const isRole = context.and(used, context.equals(head, PREFIX));
    const roleKey = context.product(isRole, key);
    return {
      item: { isRole, roleKey, key: slotKey(context, key, used, slot) },
      end: information.end,
    };
  });
  assertDistinct(
    context,
    read.map(({ key }) => key),
  );
  context.assertSum(
    read.map(({ isRole }) => isRole),
    1n,
  );
  return oneOf(
    context,
    context.sum(read.map(({ roleKey }) => roleKey)),
    ROLE_NAMES.map((role) => oidKeyOf(roleOid(role))),
  );
}
