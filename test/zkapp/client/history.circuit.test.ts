/** Events that can never follow on each other are found out before anything is compared with the state. */
import { expect, test } from '@jest/globals';
import { Field } from 'o1js';
import { TRUST_HEIGHT } from '../../../src/params.ts';
import { RegistryHistory } from '../../../src/zkapp/client/history.ts';
import {
  actionList,
  addCiAction,
  type AdminAction,
  setSourceAction,
} from '../../../src/zkapp/contract/index.ts';
import { proposedParts } from '../../../src/zkapp/contract/proposed.ts';

const gap = expect.objectContaining({ code: 'ERR_REGISTRY_GAP' });

const proposed = (actions: AdminAction[]) =>
  proposedParts(actionList(actions), Field(1)).map(
    (value) => ({ name: 'proposed', value }) as const,
  );
type Told = ReturnType<typeof proposed>[number];
const begun = (trust: bigint[] = []) => {
  const started = new RegistryHistory({ trust, sources: [], admin: Field(3) });
  started.apply({ name: 'deployed', value: Field(1) });
  return started;
};
const history = (actions: AdminAction[], trust?: bigint[]) => {
  const started = begun(trust);
  for (const part of proposed(actions)) started.apply(part);
  return started;
};

const added = { name: 'ciAdded', value: Field(10_000) } as const;
const adding = [addCiAction(added.value)];

test('a source of a key that no entry can have', () => {
  for (const key of [0n, -1n]) {
    const value = { mapKey: Field(key), point: Field(0) };
    const waiting = [setSourceAction(value.mapKey, value.point)];
    for (const name of ['sourceAdded', 'sourceChanged'] as const) {
      expect(() => history(waiting).apply({ name, value })).toThrow(gap);
    }
  }
});

test('a CI that the trust set has no room for', () => {
  const full = Array.from({ length: 2 ** TRUST_HEIGHT }, (_, i) => BigInt(i + 1));
  expect(() => history(adding, full).apply(added)).toThrow(gap);
  const one = history(adding, full.slice(1));
  one.apply(added);
  expect(one.trust.size).toBe(2 ** TRUST_HEIGHT);
});

test('another action than the first of the pending ones, or none pending', () => {
  expect(() => begun().apply(added)).toThrow(gap);
  expect(() => history([addCiAction(Field(1)), ...adding], []).apply(added)).toThrow(gap);
  const admin = { name: 'adminChanged', value: added.value } as const;
  expect(() => history(adding).apply(admin)).toThrow(gap);
});

test('another rest than the event names', () => {
  for (const name of ['cancelled', 'dropped'] as const) {
    expect(() => history(adding).apply({ name, value: Field(1) })).toThrow(gap);
    expect(() => begun().apply({ name, value: Field(0) })).toThrow(gap);
  }
});

test('another proposal over one that is pending since the same slot', () => {
  expect(() => history(adding).apply(proposed(adding)[0]!)).not.toThrow();
  const again = history(adding);
  expect(() => proposed(adding).forEach((part) => again.apply(part))).toThrow(gap);
});

test('parts of a proposal that are missing, there twice or of two; their order is free', () => {
  const parts = proposed(adding);
  const later = proposedParts(actionList(adding), Field(2)).map((value): Told => ({
    name: 'proposed',
    value,
  }));
  const refused: Parameters<RegistryHistory['apply']>[0][][] = [
    [...parts.slice(1), added],
    [parts[0]!, parts[0]!],
    [...parts.slice(1), later[0]!],
  ];
  for (const events of refused) {
    const started = begun([]);
    expect(() => events.forEach((event) => started.apply(event))).toThrow(gap);
  }
  const reversed = begun([]);
  parts.toReversed().forEach((part) => reversed.apply(part));
  reversed.apply(added);
  expect([...reversed.trust!]).toEqual([10_000n]);
});
