import { agentStores } from '../model/agent-stores';
import type { Resource } from '../model/assembly';
import { literalOf, textOf } from '../model/compose-text';
import { identities } from '../model/identities';
import type { Model } from '../model/model';
import type { Node } from '../model/node';
import { accountIn, ownAccounts } from '../model/own-accounts';
import { printed } from '../model/printed-text';
import type { Case, Text } from '../model/text';
import { admitted } from '../policy/admitted';
import type { Finding } from './finding';
import { rule, type RuleContext } from './rule';
import { placeAt } from './runtimes';

/** Policies of these are judged elsewhere: keys, entries, Runtimes, identities, networks. */
const JUDGED_ELSEWHERE = /^AWS::(?:KMS|Lambda|IAM|EC2|ApiGateway\w*|BedrockAgentCore)::/;

/** ACLs that let in others than the owner and the log delivery of Amazon S3. */
const CLOSED_ACLS = new Set([
  'Private',
  'BucketOwnerFullControl',
  'BucketOwnerRead',
  'LogDeliveryWrite',
  'AwsExecRead',
]);

/** Properties with policies, roles and names, which say nothing about where data goes. */
const NO_DESTINATION =
  /polic(?:y|ies)|^(?:Tags|Metadata|Description|DependsOn|Environment|Definition\w*|Role|RoleArn)$/i;

/** Types that move data of what they name to where else they name. */
const MOVES_DATA =
  /^AWS::(?:SNS::Subscription|Logs::(?:SubscriptionFilter|Delivery|DeliveryDestination|AccountPolicy)|Events::(?:Rule|Archive|Endpoint)|Pipes::Pipe|KinesisFirehose::DeliveryStream|DMS::\w+|DataSync::\w+|AppFlow::Flow|ECR::ReplicationConfiguration|Backup::BackupPlan|S3::(?:AccessPoint|MultiRegionAccessPoint|AccessGrant)|Kinesis::StreamConsumer|Lambda::EventSourceMapping|DynamoDB::GlobalTable|RAM::ResourceShare)$/;

/** Types that move the data of every resource of a type in the account. */
const OF_THE_ACCOUNT: ReadonlyMap<string, string> = new Map([
  ['AWS::ECR::ReplicationConfiguration', 'AWS::ECR::Repository'],
  ['AWS::Logs::AccountPolicy', 'AWS::Logs::LogGroup'],
]);

/** What an agent stores, or is started by, is of the owner alone. */
export const MA_STO1 = rule({
  id: 'MA-STO1',
  family: 'store',
  severity: 'error',
  subject: 'store of an agent',
  what: 'Resource policies of what an agent stores or is started by (buckets, tables, queues, topics, buses, secrets, log groups, repositories) let in nobody of another account who isn’t declared, and nothing copies, streams or sends it to another account.',
  why: 'Ledger, evidence and results hold what agents read and decided; whoever may read or change them from outside can leak it or rewrite the record.',
  fix: 'Remove the statement or the copy, limit it by aws:PrincipalAccount or aws:PrincipalOrgID, or declare the principal with Declaration.principal',
  page: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_identity-vs-resource.html',
  controls: { nist: ['AC-3', 'AC-4', 'AC-21'], iso: ['A.5.15', 'A.5.33', 'A.8.3'], soc2: ['CC6.1', 'CC6.6'] },
  *check(context) {
    if (context.agents.length === 0) {
      return;
    }
    const { near, used } = agentStores(context.model);
    for (const store of near) {
      if (!JUDGED_ELSEWHERE.test(store.type)) {
        yield* judgePolicies(context, store);
      }
      if (store.type === 'AWS::S3::Bucket') {
        yield* judgeAcl(context, store);
        yield* judgeCopies(context, store);
      }
      if (used.has(store) || store.type.startsWith('AWS::S3::')) {
        yield* judgeDestinations(context, store, store);
      }
    }
    for (const mover of context.model.resources.filter(({ type }) => MOVES_DATA.test(type))) {
      const moved = OF_THE_ACCOUNT.get(mover.type);
      const from = moved
        ? [...used, ...near].find(({ type }) => type === moved)
        : mentionedIn(context.model, mover.properties).find((each) => used.has(each) || near.has(each));
      if (from && !used.has(mover)) {
        yield* judgeDestinations(context, mover, from);
      }
    }
  },
});

function* judgePolicies({ model, declared, unread }: RuleContext, store: Resource): Iterable<Finding> {
  for (const { statements } of identities(model).policiesOf(store)) {
    for (const statement of statements.filter(({ effect }) => effect !== 'Deny')) {
      statement.unreadable.forEach((each) => unread(store.id, statement, each));
      for (const { who, kind, name, guard } of admitted(model, statement)) {
        if (who === 'unread') {
          unread(store.id, statement, name);
        } else if (!declared.principal(kind, name, statement.holder) && !declared.principal(kind, name, store)) {
          const says =
            who === 'everybody'
              ? `The policy of ${store.logicalId} lets everybody in`
              : `The policy of ${store.logicalId} lets in ${printed(name)}, which is not of this account`;
          yield { at: statement, subject: store.id, when: guard, says, data: { principal: printed(name) } };
        }
      }
    }
  }
}

/** An ACL is in force unless public access is blocked. */
function* judgeAcl({ unread }: RuleContext, bucket: Resource): Iterable<Finding> {
  for (const { value, guard } of bucket.properties.at('AccessControl').flatMap((node) => node.texts())) {
    const known = literalOf(value);
    if (known === undefined) {
      unread(bucket.id, bucket, value);
    } else if (!CLOSED_ACLS.has(known)) {
      const at = placeAt(bucket, 'Properties.AccessControl');
      yield { at, when: guard.and(bucket.guard), says: `The ACL ${known} of the bucket lets others in` };
    }
  }
}

const COPIES = [
  ['ReplicationConfiguration', 'Rules', 'Destination', 'Bucket'],
  ['InventoryConfigurations', 'Destination', 'BucketArn'],
  ['AnalyticsConfigurations', 'StorageClassAnalysis', 'DataExport', 'Destination', 'BucketArn'],
] as const;

/** The ARN of a bucket has no account: one that the assembly doesn't have may be anybody's. */
function* judgeCopies({ model, declared, unread }: RuleContext, bucket: Resource): Iterable<Finding> {
  for (const path of COPIES) {
    const targets = path.reduce<Node[]>(
      (nodes, key) =>
        nodes.flatMap((node) => node.at(key)).flatMap((node) => (node.kind === 'list' ? node.items() : [node])),
      [bucket.properties],
    );
    for (const { value, guard } of targets.flatMap((node) => node.texts())) {
      unread(bucket.id, bucket, value);
      if (literalOf(value) !== undefined && model.named(value).length === 0 && !declared.outside(value)) {
        const says = `${bucket.logicalId} is copied to ${printed(value)}, which is not in the app`;
        yield { at: placeAt(bucket, `Properties.${path[0]}`), when: guard.and(bucket.guard), says };
      }
    }
  }
}

/** Accounts, ARNs and buckets that a resource names, and that aren't the owner's. */
function* judgeDestinations({ model, declared }: RuleContext, at: Resource, store: Resource): Iterable<Finding> {
  const accounts = ownAccounts(model);
  const documents = OF_THE_ACCOUNT.has(at.type)
    ? at.properties.at('PolicyDocument').flatMap((node) => node.json())
    : [];
  for (const { value, guard, place } of [at.properties, ...documents].flatMap((node) => namesIn(node))) {
    const account = accountOf(value);
    const isForeign = account !== undefined && accounts.ofAccount(account) === 'foreign';
    const target = account ?? value;
    if (isForeign && !declared.principal('AWS', target, at) && !declared.outside(value) && !declared.part(at)) {
      yield {
        at: place.resource ? place : at,
        subject: store.id,
        when: guard.and(at.guard),
        says: `${store.logicalId} is copied or sent to another account (${printed(value)})`,
        data: { account: printed(target) },
      };
    }
  }
}

/** The account of an ARN, or the account itself. */
function accountOf(text: Text): Text | undefined {
  const known = literalOf(text);
  if (known !== undefined && /^\d{12}$/.test(known)) {
    return text;
  }
  const url = known === undefined ? undefined : /^https:\/\/sqs\.[^/]+\/(\d{12})\//.exec(known)?.[1];
  const account = url === undefined ? accountIn(text) : textOf(url);
  return account && account.length > 0 ? account : undefined;
}

function namesIn(node: Node, depth = 0): Case<Text>[] {
  if (node.kind === 'object') {
    return depth > 10
      ? []
      : node.entries().flatMap(([key, value]) => (NO_DESTINATION.test(key) ? [] : namesIn(value, depth + 1)));
  }
  return node.kind === 'list' ? node.items().flatMap((item) => namesIn(item, depth + 1)) : node.texts();
}

function mentionedIn(model: Model, node: Node): Resource[] {
  return namesIn(node).flatMap(({ value }) => [
    ...model.mentioned(value),
    ...model.named(value).map(({ resource }) => resource),
  ]);
}
