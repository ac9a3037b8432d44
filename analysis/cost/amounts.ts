import type { CostEntry } from './record';

const NOT_DOCUMENTED = 'not documented';

/** US dollars of a month, in cents. */
export function monthlyUsd(usd: number | undefined): string {
  return usd === undefined ? NOT_DOCUMENTED : usd > 0 && usd < 0.005 ? '<$0.01' : `$${usd.toFixed(2)}`;
}

/** US dollars of a turn, to the hundredth of a cent. */
export function turnUsd(usd: number | undefined): string {
  return usd === undefined ? NOT_DOCUMENTED : usd > 0 && usd < 0.00005 ? '<$0.0001' : `$${usd.toFixed(4)}`;
}

/** `10 × interface endpoint in one Availability Zone`, with the composition of the quantity. */
export function quantityText({ quantity, unit, note }: CostEntry): string {
  const digits = quantity >= 100 || Number.isInteger(quantity) ? 0 : 4;
  const number = Number(quantity.toFixed(digits)) === 0 ? quantity.toPrecision(1) : quantity.toFixed(digits);
  const plain = number.includes('.') ? number.replace(/\.?0+$/, '') : number;
  return `${plain.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')} × ${unit}${note === undefined ? '' : ` (${note})`}`;
}

/** `$0.01 per hour`, `$0.025 per 1,000`. */
export function priceText({ price: { usd, of, per } }: CostEntry): string {
  const each = of === 1 ? (per === 'use' ? 'each' : `per ${per}`) : `per ${of.toLocaleString('en-US')}`;
  return usd === undefined ? NOT_DOCUMENTED : `$${/\.\d\d/.test(String(usd)) ? String(usd) : usd.toFixed(2)} ${each}`;
}
