import {
  DescribeTrailsCommand,
  type EventSelector,
  GetEventSelectorsCommand,
  GetTrailStatusCommand,
  type GetEventSelectorsCommandOutput,
} from '@aws-sdk/client-cloudtrail';
import { AGENT_DATA_EVENT_TYPES } from '../../../lib/facts/cloudtrail';
import { type Check, fail, ok, warn } from './check';
import { ask } from './unanswered';

const FIX = 'deploy an AgentAuditTrail in one stack of the account (docs/audit.md)';

/** Whether a trail of the account records the data events of agents. */
export const TRAIL_CHECK: Check = {
  group: 'account',
  name: 'trail',
  permissions: ['cloudtrail:DescribeTrails', 'cloudtrail:GetTrailStatus', 'cloudtrail:GetEventSelectors'],
  async run({ clients: { cloudTrail }, subject }) {
    const { trailList = [] } = await ask('cloudtrail:DescribeTrails', cloudTrail.send(new DescribeTrailsCommand({})));
    const trails = await Promise.all(
      trailList.map(async ({ TrailARN: arn = '', Name: name = arn }) => {
        const { IsLogging } = await ask(
          'cloudtrail:GetTrailStatus',
          cloudTrail.send(new GetTrailStatusCommand({ Name: arn })),
        );
        const selectors = await ask(
          'cloudtrail:GetEventSelectors',
          cloudTrail.send(new GetEventSelectorsCommand({ TrailName: arn })),
        );
        return { name, isLogging: IsLogging === true, types: selectedTypes(selectors) };
      }),
    );
    const wanted = Object.values(AGENT_DATA_EVENT_TYPES);
    const selecting = trails.filter(({ types }) => wanted.some((type) => types.has(type)));
    const recording = selecting.filter(({ isLogging }) => isLogging);
    const stopped = selecting.filter(({ isLogging }) => !isLogging);
    const missed = wanted.filter((type) => !recording.some(({ types }) => types.has(type)));
    const names = recording.map(({ name }) => name).join(', ');
    if (recording.length > 1) {
      return [warn(`${names} record the same events: AWS charges for each`, 'keep one of them (docs/audit.md)')];
    }
    if (missed.length === 0) return [ok(`${names} records the data events of agents`)];
    if (stopped.length > 0) {
      return [fail(`${stopped[0].name} is not recording`, `aws cloudtrail start-logging --name ${stopped[0].name}`)];
    }
    if (recording.length > 0) return [fail(`${names} does not select ${missed.join(', ')}`, FIX)];
    if (subject?.makesTrail) return [ok('none yet; the app makes one')];
    return [warn('no trail selects the data events of agents', FIX)];
  },
};

function selectedTypes({
  AdvancedEventSelectors = [],
  EventSelectors = [],
}: GetEventSelectorsCommandOutput): Set<string> {
  return new Set([
    ...AdvancedEventSelectors.flatMap(({ FieldSelectors = [] }) =>
      FieldSelectors.filter(({ Field }) => Field === 'resources.type').flatMap(({ Equals = [] }) => Equals),
    ),
    ...EventSelectors.flatMap(({ DataResources = [] }: EventSelector) =>
      DataResources.flatMap(({ Type }) => Type ?? []),
    ),
  ]);
}
