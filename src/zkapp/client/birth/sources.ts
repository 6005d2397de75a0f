/** Where lists come from when a registry is born, as its deployment file says it. */
import { Field } from 'o1js';
import { z } from 'zod';
import { checked } from '../../../arguments.ts';
import { LIST_KIND } from '../../../circuits/claims.ts';
import { pointHash } from '../../../circuits/gadgets/crl/point-hash.ts';
import { mapKey } from '../../../circuits/revocation.ts';
import * as argument from '../../../pki/arguments.ts';
import type { RevocationSource } from '../../../pki/index.ts';
import type { InitialSource } from '../../../witness/initial-map.ts';
import { placeOf } from '../../../witness/revocation.ts';

/** A source in words, where `InitialSource` has hashes. */
export interface DeployedSource {
  /** `issuerId` of the issuer's key. */
  readonly issuer: bigint;
  readonly kind: 'ca' | 'user';
  /** URI of the distribution point, or 'none' for an issuer that publishes no such list. */
  readonly point: string;
}

/** Sources of a configuration, by ascending keys of the map. Throws ERR_ARGUMENT. */
export function deployedSources(sources: readonly RevocationSource[]): DeployedSource[] {
  checked(sources, z.array(argument.source), 'deployedSources');
  return sources
    .map(({ issuer: { publicKey }, kind, point }) => {
      const { issuer } = placeOf({ issuer: publicKey, kind });
      return { issuer: issuer.toBigInt(), kind, point };
    })
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** What the map of a new registry is made of. */
export const initialSources = (sources: readonly DeployedSource[]): InitialSource[] =>
  sources.map((source) => ({ key: keyOf(source), point: pointOf(source) }));

/** Whether each key is above the one before. */
export function areAscending(sources: readonly DeployedSource[]): boolean {
  const keys = sources.map(keyOf);
  return keys.every((key, i) => i === 0 || keys[i - 1]! < key);
}

const keyOf = ({ issuer, kind }: DeployedSource) =>
  mapKey(Field(issuer), Field(LIST_KIND[kind])).toBigInt();

const pointOf = ({ point }: DeployedSource) =>
  point === 'none' ? 0n : pointHash(new TextEncoder().encode(point)).toBigInt();
