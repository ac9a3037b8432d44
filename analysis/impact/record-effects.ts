import { isStateful } from '../facts/replacements';
import { COMPUTE_KINDS } from '../../lib/facts/compute-kinds';
import { at, entriesOf } from '../model/json';
import type { Effect } from './effect';
import { fixedNames } from './name-effects';
import { namesOneOf, type ResourceChange } from './resource-changes';
import { ends, idOf, isKept, isOrMayBe, namedAt, type Scene } from './scene';

const PROTECTION = /^(Enable)?(Deletion|Termination)Protection(Enabled)?$/;
/** Types that can be deleted only when they are empty, and the property that changes this. */
const MUST_BE_EMPTY: Readonly<Record<string, string | undefined>> = {
  'AWS::S3::Bucket': undefined,
  'AWS::ECR::Repository': 'EmptyOnDelete',
};

/** Effects on records: evidence, logs, keys, and resources that CloudFormation can't delete. */
export function recordEffects(scene: Scene): Effect[] {
  return [...scene.changes.filter(ends).flatMap((change) => ofEnd(scene, change)), ...stillInUse(scene)];
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
    const taken = change.action === 'retain' ? namesOf(scene, change) : [];
    if (taken.length > 0) {
      return [
        {
          level: 'stays',
          kind: 'name-kept',
          subject,
          says: `The {} ${gone} and is kept in the account with its name {}: a deployment that creates it again fails`,
          names: [type, taken.join(', ')],
          fix: 'delete it or import it ("cdk import") before that deployment, or let CloudFormation choose the name',
        },
      ];
    }
    return isStateful(type)
      ? [
          {
            level: 'stays',
            kind: 'record-kept',
            subject,
            says: `The {} ${gone} and is kept in the account with its contents, without a stack that manages it`,
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
        says: `The {} ${gone}: CloudFormation can't delete it until it is empty${
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
          says: `The {} ${gone} and is deleted with its contents`,
          names,
        },
      ]
    : [];
}

function namesOf({ before, pairs }: Scene, change: ResourceChange): string[] {
  const resource = before.resource(idOf(change));
  if (!resource) return [];
  const pair = pairs.find((each) => each.before?.id === resource.stack.id);
  return fixedNames(resource, pair?.after !== undefined);
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
 * EC2 can't delete a VPC, subnet or security group in use. AgentCore keeps the network interfaces of a Runtime for up
 * to 8 hours, and a retained group is never deleted
 * (docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agentcore-vpc.html,
 * docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html).
 */
function stillInUse(scene: Scene): Effect[] {
  const places = placesOfCompute(scene);
  const deleted = scene.changes.filter((change) => ends(change) && !isKept(change));
  return deleted.flatMap((change): Effect[] => {
    const kept = keptIn(scene, idOf(change));
    const [subject, names] = [change.path, [change.type]];
    if (kept.length > 0) {
      return [
        {
          level: 'stays',
          kind: 'contents-kept',
          subject,
          says: `The {} ${isOrMayBe(change, 'deleted')}, and {} in it ${kept.length === 1 ? 'is' : 'are'} kept: until somebody deletes ${kept.length === 1 ? 'it' : 'them'}, the deletion fails`,
          names: [...names, kept.join(', ')],
          fix: 'delete what is kept by hand (a security group of a Runtime after 8 hours, when its network interfaces are gone), then repeat the deletion',
        },
      ];
    }
    if (!places.has(idOf(change))) return [];
    return [
      {
        level: 'stays',
        kind: 'interfaces-linger',
        subject,
        says: `The {} ${isOrMayBe(change, 'deleted')}, and AgentCore keeps network interfaces of the Runtime in it for up to 8 hours: until then the deletion fails`,
        names,
        fix: 'repeat the deletion after 8 hours',
      },
    ];
  });
}

/** Groups, subnets and VPCs that Runtimes have network interfaces in. */
function placesOfCompute({ before }: Scene): ReadonlySet<string> {
  const places = new Set(
    COMPUTE_KINDS.flatMap(({ type, subnets, securityGroups }) =>
      before.ofType(type).flatMap((one) => [subnets, securityGroups].flatMap((keys) => namedAt(one, ...keys))),
    ),
  );
  for (const id of [...places]) {
    const subnet = before.resource(id);
    if (subnet?.type === 'AWS::EC2::Subnet') namedAt(subnet, 'VpcId').forEach((vpc) => places.add(vpc));
  }
  return places;
}

/** Kept resources of EC2 in a VPC or subnet. */
function keptIn({ before, changes }: Scene, container: string): string[] {
  return changes
    .filter((change) => change.type.startsWith('AWS::EC2::') && ends(change) && isKept(change))
    .filter((change) => {
      const resource = before.resource(idOf(change));
      return resource && ['VpcId', 'SubnetId', 'SubnetIds'].some((key) => namedAt(resource, key).includes(container));
    })
    .map(({ path }) => path);
}
