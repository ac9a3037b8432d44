import { paginateListAgentRuntimes } from '@aws-sdk/client-bedrock-agentcore-control';
import { paginateDescribeVpcEndpoints, paginateDescribeVpcs } from '@aws-sdk/client-ec2';
import { ACCOUNT_QUOTAS, type AccountQuota } from '../../../lib/facts/account-quotas';
import { type Check, type Judgement, notKnown, ok, warn } from './check';
import { ask, judged } from './unanswered';

/** Compares the resources in the account with AWS's default quotas. */
export const QUOTA_CHECK: Check = {
  group: 'account',
  name: 'quotas',
  permissions: ['ec2:DescribeVpcs', 'ec2:DescribeVpcEndpoints', 'bedrock-agentcore:ListAgentRuntimes'],
  async run({ clients: { ec2, agentCore }, subject }) {
    const vpcs = () => count(paginateDescribeVpcs({ client: ec2 }, {}), ({ Vpcs = [] }) => Vpcs.map(() => ''));
    const endpoints = () =>
      count(
        paginateDescribeVpcEndpoints(
          { client: ec2 },
          { Filters: [{ Name: 'vpc-endpoint-type', Values: ['Interface', 'GatewayLoadBalancer'] }] },
        ),
        ({ VpcEndpoints = [] }) => VpcEndpoints.map(({ VpcId = '' }) => VpcId),
      );
    const runtimes = () =>
      count(paginateListAgentRuntimes({ client: agentCore }, {}), ({ agentRuntimes = [] }) =>
        agentRuntimes.map(() => ''),
      );
    return [
      ...(
        await Promise.all([
          judged(async () => [within(ACCOUNT_QUOTAS.vpcs, await ask('ec2:DescribeVpcs', vpcs()), subject?.newVpcs)]),
          judged(async () => [
            within(ACCOUNT_QUOTAS.interfaceEndpoints, await ask('ec2:DescribeVpcEndpoints', endpoints())),
          ]),
          judged(async () => [
            within(
              ACCOUNT_QUOTAS.runtimes,
              await ask('bedrock-agentcore:ListAgentRuntimes', runtimes()),
              subject?.newRuntimes,
            ),
          ]),
        ])
      ).flat(),
      notKnown(
        'sessions and turns of Managed Agents: AWS documents no quota of an account',
        'watch for HTTP 429; AgentAlarms tells about failed turns (docs/operations.md)',
        'not documented',
      ),
    ];
  },
};

/** The largest number of items with the same key. */
async function count<Page>(pages: AsyncIterable<Page>, keysOf: (page: Page) => string[]): Promise<number> {
  const counts = new Map<string, number>();
  for await (const page of pages) {
    for (const key of keysOf(page)) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

function within({ what, default: quota, fix }: AccountQuota, used: number, added = 0): Judgement {
  const more = added > 0 ? `, ${added} more with the app` : '';
  return used + Math.max(added, 1) <= quota
    ? ok(`${what}: ${used}${more}; the default quota is ${quota}`)
    : warn(`${what}: ${used}${more}; the default quota is ${quota}, yours isn't read`, fix);
}
