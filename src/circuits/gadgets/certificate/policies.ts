import type { Field } from 'o1js';
import { MAX_POLICIES } from '../../../params.ts';
import { ROLE_NAMES, ROLE_OID_PREFIX, roleOid } from '../../../roles.ts';
import type { Bit } from '../../kimchi/context.ts';
import { oneOf } from '../one-of.ts';
import type { ExtensionValue } from './extensions.ts';
import { assertDistinct } from './distinct.ts';
import { oidKey, oidKeyOf } from './oids.ts';
import {
  assertNotEmpty,
  assertSamePosition,
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

  const keys: Field[] = [];
  const roleKeys: Field[] = [];
  const counted: Field[] = [];
  let at = list.content;
  let previous = present;
  for (let i = 0; i < MAX_POLICIES; i++) {
    // the first policy is there: the list is not empty
    const used = i === 0 ? present : startsWith(walk, at, list.end);
    context.assertImplies(used, previous);
    const information = readOptional(walk, at, TAG.sequence, used);
    const oid = readOptionalOctets(walk, information.content, TAG.oid, used);
    const qualified = startsWith(walk, oid.end, information.end, TAG.sequence);
    const qualifiers = readOptional(walk, oid.end, TAG.sequence, qualified);
    assertNotEmpty(context, qualified, qualifiers.length);
    assertSamePosition(walk, qualifiers.end, information.end);

    const key = oidKey(context, oid);
    const head = memory.between(oid.content, memory.advance(oid.content, 6), 6);
    const isRole = context.and(used, context.equals(head, PREFIX));
    counted.push(isRole);
    roleKeys.push(context.product(isRole, key));
    // an unused slot's key is its number, which no OID has
    const number = BigInt(i + 1);
    keys.push(
      context.linear(
        [
          [1n, key],
          [-number, used],
        ],
        number,
      ),
    );
    at = information.end;
    previous = used;
  }
  assertSamePosition(walk, at, list.end);
  assertDistinct(context, keys);
  context.assertSum(counted, 1n);
  return oneOf(
    context,
    context.sum(roleKeys),
    ROLE_NAMES.map((role) => oidKeyOf(roleOid(role))),
  );
}
