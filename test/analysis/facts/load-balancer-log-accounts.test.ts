import { RegionInfo } from 'aws-cdk-lib/region-info';
import { LOAD_BALANCER_LOG_ACCOUNTS } from '../../../lib/facts/load-balancer-log-accounts';

test('the accounts that write the logs of load balancers are those that AWS CDK knows', () => {
  const known = RegionInfo.regions.flatMap(({ name, elbv2Account }) =>
    elbv2Account === undefined ? [] : [[name, elbv2Account]],
  );
  expect(LOAD_BALANCER_LOG_ACCOUNTS).toEqual(Object.fromEntries(known));
});
