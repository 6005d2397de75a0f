/** Who the admin is, and what can be proposed. The same code runs in circuits and outside. */
import { Field, type PublicKey } from 'o1js';
import { domainHash } from '../../circuits/hash.ts';
import { AdminAction } from './arguments.ts';

export const ACTION = { addCi: 1, setSource: 2, changeAdmin: 3 } as const;

/** What the state holds of the admin's key. */
export function adminKeyHash(key: PublicKey): Field {
  return domainHash('registryAdmin', [key.x, key.isOdd.toField()]);
}

/** Accept a CI. @param leaf `CiLeaf.hash` */
export function addCiAction(leaf: Field): AdminAction {
  return new AdminAction({ kind: Field(ACTION.addCi), subject: leaf, detail: Field(0) });
}

/** Say where the lists of a map entry come from. @param point `pointHash`, or 0 for `none` */
export function setSourceAction(mapKey: Field, point: Field): AdminAction {
  return new AdminAction({ kind: Field(ACTION.setSource), subject: mapKey, detail: point });
}

/** Hand over to another admin. @param keyHash `adminKeyHash` of the new key */
export function changeAdminAction(keyHash: Field): AdminAction {
  return new AdminAction({ kind: Field(ACTION.changeAdmin), subject: keyHash, detail: Field(0) });
}

/** What the state holds of a pending action; 0 stands for none. */
export function actionHash({ kind, subject, detail }: AdminAction): Field {
  return domainHash('registryAction', [kind, subject, detail]);
}
