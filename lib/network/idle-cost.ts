import { type Price, type PriceName, PRICES, usdOf } from '../facts/prices';
import type { AgentNetworkIdleCost } from './agent-network-props';

/** How many of each priced thing a network has. */
export type IdleQuantities = Partial<
  Record<
    Extract<PriceName, 'interfaceEndpoint' | 'natGateway' | 'publicAddress' | 'key' | 'alarmMetric' | 'firewallDomain'>,
    number
  >
>;

export function idleCost(quantities: IdleQuantities): AgentNetworkIdleCost {
  const items = Object.entries(quantities)
    .filter(([, quantity]) => quantity > 0)
    .map(([kind, quantity]) => {
      const price: Price = PRICES[kind as PriceName];
      return { quantity, price, monthly: usdOf(price, quantity) ?? 0 };
    });
  return {
    monthlyUsd: cents(items.reduce((sum, item) => sum + item.monthly, 0)),
    lines: items.map(
      ({ quantity, price, monthly }) =>
        `${quantity} × ${price.unit}: $${monthly.toFixed(2)} per month ($${price.usd} per ${price.per}, ${price.page})`,
    ),
    pricesAsOf: items.map(({ price }) => price.readOn).sort()[0] ?? PRICES.interfaceEndpoint.readOn,
  };
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}
