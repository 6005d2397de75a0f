/** Events of the registry, from the fields that a chain keeps of them. */
import { Field } from 'o1js';
import { ZkcxError } from '../../errors.ts';
import { EVENT_NAMES, type EventName, REGISTRY_EVENTS } from '../contract/events.ts';
import type { ChainEvent } from './chain.ts';

type Types = typeof REGISTRY_EVENTS;

/** `value` is of the event's type in contract/events.ts. */
export type RegistryEvent = {
  [Name in EventName]: {
    readonly name: Name;
    readonly value: ReturnType<Types[Name]['fromFields']>;
  };
}[EventName];

/** Throws ERR_REGISTRY_EVENT for what is no event of the registry. */
export function readEvent({ fields, block }: ChainEvent): RegistryEvent {
  const [number, ...values] = fields;
  const name = EVENT_NAMES.find((_, i) => BigInt(i) === number);
  if (name === undefined || values.length !== REGISTRY_EVENTS[name].sizeInFields()) {
    throw new ZkcxError(
      'ERR_REGISTRY_EVENT',
      `block ${block.height} has an event that is none of this registry's: ask another archive`,
    );
  }
  const value = REGISTRY_EVENTS[name].fromFields(values.map((field) => Field(field)));
  return { name, value } as RegistryEvent;
}
