import { HOURS_PER_MONTH, type IdlePrice, NETWORK_PRICES, NETWORK_PRICES_AS_OF } from '../facts/network-prices';
import type { AgentNetworkIdleCost } from './agent-network-props';

/** How many of each priced thing a network has. */
export type IdleQuantities = Partial<Record<keyof typeof NETWORK_PRICES, number>>;

export function idleCost(quantities: IdleQuantities): AgentNetworkIdleCost {
  const items = Object.entries(quantities)
    .filter(([, quantity]) => quantity > 0)
    .map(([kind, quantity]) => {
      const price: IdlePrice = NETWORK_PRICES[kind as keyof typeof NETWORK_PRICES];
      return { quantity, price, monthly: quantity * price.usd * (price.per === 'hour' ? HOURS_PER_MONTH : 1) };
    });
  return {
    monthlyUsd: cents(items.reduce((sum, item) => sum + item.monthly, 0)),
    lines: items.map(
      ({ quantity, price, monthly }) =>
        `${quantity} × ${price.unit}: $${monthly.toFixed(2)} per month ($${price.usd} per ${price.per}, ${price.source})`,
    ),
    pricesAsOf: NETWORK_PRICES_AS_OF,
  };
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}
