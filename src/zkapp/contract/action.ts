/** Who the admin is, and what can be proposed. The same code runs in circuits and outside. */
import { Field, Provable, type PublicKey } from 'o1js';
import { domainHash } from '../../circuits/hash.ts';
import { ZkcxError } from '../../errors.ts';
import { MAX_ACTIONS } from '../../params.ts';
import { ActionList, AdminAction } from './arguments.ts';

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

/** Hash of a list of actions: the first, and the hash of those behind it, 0 where there are none. */
export function actionsHash({ kind, subject, detail }: AdminAction, rest: Field): Field {
  return domainHash('registryAction', [kind, subject, detail, rest]);
}

/** What the state holds of the actions that are pending; 0 stands for none. */
export function pendingHash(actions: readonly AdminAction[]): Field {
  return actions.reduceRight((rest, action) => actionsHash(action, rest), Field(0));
}

/** A list in the form that `propose` takes. Throws ERR_REGISTRY_ACTION for none and for too many. */
export function actionList(actions: readonly AdminAction[]): ActionList {
  if (actions.length === 0 || actions.length > MAX_ACTIONS) {
    throw new ZkcxError(
      'ERR_REGISTRY_ACTION',
      `1 to ${MAX_ACTIONS} actions can be proposed at a time, not ${actions.length}`,
    );
  }
  const none = new AdminAction({ kind: Field(0), subject: Field(0), detail: Field(0) });
  return new ActionList({
    actions: Array.from({ length: MAX_ACTIONS }, (_, i) => actions[i] ?? none),
  });
}

/**
 * `pendingHash` of a list, which is asserted to have the form that `ActionList` says: what stands in the
 * event is what can be applied, and nothing besides. ~1,300 rows.
 */
export function proposedHash({ actions }: ActionList): Field {
  actions[0]!.kind.assertNotEquals(0, 'an action is proposed');
  return actions.reduceRight((rest, action) => {
    const { kind, subject, detail } = action;
    Object.values(ACTION)
      .reduce((product, known) => product.mul(kind.sub(known)), kind)
      .assertEquals(0, 'an action of a known kind, or none');
    kind.sub(ACTION.setSource).mul(detail).assertEquals(0, 'only a source has a detail');
    const isNone = kind.equals(0);
    isNone.toField().mul(subject).assertEquals(0, 'a slot without an action is empty');
    isNone.toField().mul(rest).assertEquals(0, 'nothing stands behind an empty slot');
    return Provable.if(isNone, Field(0), actionsHash(action, rest));
  }, Field(0));
}
