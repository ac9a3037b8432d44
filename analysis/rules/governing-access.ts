import type { Resource } from '../model/assembly';
import { isUnreadEdge } from '../model/edge';
import { evidenceBuckets } from '../model/evidence';
import { governanceOf } from '../model/governance';
import { storesOutside } from '../model/loads';
import { mentionsOf } from '../model/mentions';
import type { Model } from '../model/model';
import { reach } from '../model/reach';
import type { Use } from '../policy/actions';
import { scopeOf } from '../policy/named-resource';
import type { Statement } from '../policy/statement';
import type { AgentRole } from './agent-roles';
import type { Finding } from './finding';
import { listed, namedUses } from './permissions';
import type { RuleContext } from './rule';
import { shownName } from './shown-name';

/** What governs the agent and its role may write, and the secrets and records that its role may read. */
export function* governingAccess(role: AgentRole, { model, declared }: RuleContext): Iterable<Finding> {
  for (const agent of role.agents) {
    const governing = governanceOf(model, agent);
    for (const edge of reach(model).outOf(role.identity.id, ['writes', 'governs', 'reads', 'sends to'])) {
      const reason = governing.get(edge.to);
      const resource = model.resource(edge.to);
      const { type } = resource ?? storesOutside(model).find(({ id }) => id === edge.to) ?? {};
      if (reason === undefined || type === undefined || !('actions' in edge.because) || isUnreadEdge(edge)) {
        continue;
      }
      const statement = edge.because;
      if (isWideEverywhere(statement)) {
        continue; // MA-ID5 reports this, and what governs the agent is only a part of it.
      }
      const actions = namedUses(statement)
        .filter((use) => touches(use, resource && isRecord(model, resource, reason) ? 'record' : reason, type))
        .map(({ action }) => action)
        .filter((action) => !declared.use(role.identity, action, statement));
      if (actions.length > 0) {
        yield {
          at: statement,
          subject: `${role.identity.id} ${edge.to}`,
          says: `The execution role may call ${listed(actions)} on ${shownName(model, edge.to)}, which governs the agent`,
          when: edge.guard,
          certainty: edge.certainty,
          severity: reason === 'record' || actions.every(isReading) ? 'error' : 'fatal',
          related: resource ? [resource] : [],
          data: { actions, resource: edge.to },
        };
      }
    }
  }
}

const isReading = (action: string): boolean => /^(?:s3:(?:Get|List)|sqs:Receive)/i.test(action);

/** Give access to the objects of the buckets that they name. */
const ACCESS_POINTS: ReadonlySet<string> = new Set(['AWS::S3::AccessPoint', 'AWS::S3::MultiRegionAccessPoint']);

/**
 * Whether a bucket has records of a trail or a workflow. They are for auditors: an agent that reads them sees other
 * turns.
 */
function isRecord(model: Model, resource: Resource, reason: string): boolean {
  const shown = ACCESS_POINTS.has(resource.type)
    ? mentionsOf(model, resource).map((each) => each.resource)
    : [resource];
  const evidence = evidenceBuckets(model);
  const isKept = reason === 'trail' || reason === 'record' || shown.some((each) => evidence.has(each));
  return shown.some(({ type }) => type === 'AWS::S3::Bucket') && isKept;
}

function isWideEverywhere({ resources: { except, patterns } }: Statement): boolean {
  return except || patterns.every(({ value }) => ['every', 'type'].includes(scopeOf(value)));
}

/** Whether a use changes what governs an agent. Logs are written and images are read by every execution role. */
function touches({ action, class: kind }: Use, reason: string, type: string): boolean {
  const name = action.toLowerCase();
  switch (reason) {
    case 'log':
      return kind !== 'data-read' && !/^logs:(?:createlogstream|putlogevents)$/.test(name) && name.startsWith('logs:');
    case 'key':
      return false; // The permissions on what is encrypted with a key limit its use.
    case 'definition':
      return type === 'AWS::SecretsManager::Secret' ? /^secretsmanager:/.test(name) : kind === 'data-write';
    case 'record':
      return kind === 'data-write' || kind === 'data-read';
    case 'trail':
    case 'store':
    case 'code':
    case 'image':
      // On the bus of outcomes, sending an event is writing, although the action starts something on other buses.
      return (
        (kind === 'data-write' || name === 'events:putevents') && !name.startsWith('kms:') && !name.startsWith('logs:')
      );
    case 'drives':
      // waysToPower judges who sends messages. Who receives or deletes them prevents turns, and reads the input of others.
      return type === 'AWS::SQS::Queue' && (kind === 'data-write' || name === 'sqs:receivemessage');
    default:
      return false; // waysToPower judges what starts the agent.
  }
}
