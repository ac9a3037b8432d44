import { isStateful } from '../facts/replacements';
import { COMPUTE_KINDS } from '../../lib/facts/compute-kinds';
import { at, entriesOf } from '../model/json';
import type { Effect } from './effect';
import { namesOneOf, type ResourceChange } from './resource-changes';
import { ends, idOf, isKept, isOrMayBe, namedAt, type Scene } from './scene';

const PROTECTION = /^(Enable)?(Deletion|Termination)Protection(Enabled)?$/;
/** Types that can be deleted only when they are empty, and the property that changes this. */
const MUST_BE_EMPTY: Readonly<Record<string, string | undefined>> = {
  'AWS::S3::Bucket': undefined,
  'AWS::ECR::Repository': 'EmptyOnDelete',
};

/** What happens to records: evidence, logs, keys, and resources that CloudFormation can't delete. */
export function recordEffects(scene: Scene): Effect[] {
  return [...scene.changes.filter(ends).flatMap((change) => ofEnd(scene, change)), ...lingering(scene)];
}

function ofEnd(scene: Scene, change: ResourceChange): Effect[] {
  const { path: subject, type } = change;
  const gone =
    change.action === 'remove' || change.action === 'retain' ? 'leaves the stack' : isOrMayBe(change, 'replaced');
  const [kept, names] = [isKept(change), [type]];
  const protection = entriesOf(at(change.before, 'Properties')).find(
    ([name, value]) => PROTECTION.test(name) && (value === true || value === 'true'),
  );
  if (protection && !kept) {
    return [
      {
        level: 'blocks',
        kind: 'deletion-protected',
        subject,
        says: `The {} ${gone} and has deletion protection ({}): it can't be deleted`,
        names: [type, protection[0]],
        fix: 'keep it, or deploy without the protection first',
      },
    ];
  }
  if (kept) {
    return isStateful(type)
      ? [
          {
            level: 'stays',
            kind: 'record-kept',
            subject,
            says: `The {} ${gone} and is kept in the account with what is in it; nothing manages it any more`,
            names,
            ...(change.action === 'retain'
              ? {}
              : { fix: 'read old records in the old resource, new ones in the new one' }),
          },
        ]
      : [];
  }
  if (Object.hasOwn(MUST_BE_EMPTY, type) && !isEmptied(scene, change)) {
    return [
      {
        level: 'stays',
        kind: 'bucket-not-empty',
        subject,
        says: `The {} ${gone}: CloudFormation can't delete it while something is in it${
          at(change.before, 'Properties', 'ObjectLockEnabled') ? ', and locked objects stay until their lock ends' : ''
        }`,
        names,
        fix: 'empty it first, or keep it (removal policy RETAIN)',
      },
    ];
  }
  return isStateful(type)
    ? [
        {
          level: 'loses',
          kind: 'record-deleted',
          subject,
          says: `The {} ${gone} and is deleted with what is in it`,
          names,
        },
      ]
    : [];
}

/** A property, or the custom resource of aws-cdk-lib, empties it. */
function isEmptied({ before }: Scene, { type, stack, logicalId, before: raw }: ResourceChange): boolean {
  const property = MUST_BE_EMPTY[type];
  if (property !== undefined && at(raw, 'Properties', property) === true) return true;
  return before
    .ofType('Custom::S3AutoDeleteObjects')
    .some((emptier) => emptier.stack.id === stack && namesOneOf(emptier.raw.Properties, new Set([logicalId])));
}

/**
 * AgentCore keeps the network interfaces of a Runtime for up to 8 hours; a group or subnet in use can't be deleted
 * (docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html).
 */
function lingering({ before, changes }: Scene): Effect[] {
  const places = new Set(
    COMPUTE_KINDS.flatMap(({ type, subnets, securityGroups }) =>
      before.ofType(type).flatMap((one) => [subnets, securityGroups].flatMap((keys) => namedAt(one, ...keys))),
    ),
  );
  for (const id of [...places]) {
    const subnet = before.resource(id);
    if (subnet?.type === 'AWS::EC2::Subnet') namedAt(subnet, 'VpcId').forEach((vpc) => places.add(vpc));
  }
  return changes
    .filter((change) => ends(change) && !isKept(change) && places.has(idOf(change)))
    .map((change) => ({
      level: 'stays' as const,
      kind: 'interfaces-linger' as const,
      subject: change.path,
      says: `The {} ${isOrMayBe(change, 'deleted')}, and AgentCore keeps network interfaces of the Runtime in it for up to 8 hours: until then the deletion fails`,
      names: [change.type],
      fix: 'repeat the deletion after 8 hours',
    }));
}
