import { CDK_ATTACKS } from './cdk-attacks';
import { testRefused } from './refused-attacks';

test('there are at least 25', () => {
  expect(new Set(CDK_ATTACKS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(25);
});

// Each takes an app of its own: the others are run by `npm run test:soak`.
testRefused(CDK_ATTACKS.filter((_, at) => at % 5 === 0));
