import { MODEL_CATALOGUE } from '../../../lib/facts/model-catalogue';
import { PRICES, usdOf, type Price } from '../../../lib/facts/prices';

test.each(Object.entries<Price>(PRICES))(
  'the price %s says where it is published, where and when it was read',
  (_name, price) => {
    expect(price.page).toMatch(/^aws\.amazon\.com\/[a-z-]+/);
    expect(price.readIn).not.toBe('');
    expect(price.readOn).toMatch(/^2026-\d\d-\d\d$/);
    expect(price.usd === undefined).toBe(price.readIn.startsWith('not documented'));
    expect(price.usd).not.toBe(0);
  },
);

test('every model says where and when its price was read', () => {
  for (const { source, readOn } of MODEL_CATALOGUE) {
    expect(source).not.toBe('');
    expect(readOn).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});

test('a price by the hour is due for the 730 hours of a month, one for many units by its share, none stays none', () => {
  expect(usdOf(PRICES.interfaceEndpoint, 2)).toBeCloseTo(14.6, 10);
  expect(usdOf(PRICES.keyRequest, 20_000)).toBeCloseTo(0.06, 10);
  expect(usdOf(PRICES.trace, 5)).toBeUndefined();
});
