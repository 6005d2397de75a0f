import type { ShownOrder } from '../../../rsp/smdpp/index.ts';
import type { CommandDefinition } from '../../shared/command.ts';
import { administrate, STORE, type StoreFlags } from '../store.ts';
import { orderLine } from './order-answer.ts';

/** zkcx smdpp order list --data FOLDER */
export const smdppOrderList: CommandDefinition = {
  name: 'list',
  description: 'all orders',
  options: STORE,
  run: async (flags: StoreFlags) => {
    const { orders } = (await administrate(flags, 'listOrders', {})) as { orders: ShownOrder[] };
    return { json: { orders }, text: orders.map(orderLine) };
  },
};
