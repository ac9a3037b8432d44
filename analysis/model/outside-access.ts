import { type Admitted, admitted } from '../policy/admitted';
import { overlap } from '../policy/pattern';
import type { Statement } from '../policy/statement';
import { agentStores } from './agent-stores';
import type { Resource } from './assembly';
import { concat, literalOf, textKey } from './compose-text';
import type { Guard } from './guard';
import { identities } from './identities';
import type { Model } from './model';
import { byServices } from './moved-by-service';
import { byDestinations, byMovers } from './moved-outside';
import { byOpenEntries } from './open-to-stores';
import type { Node } from './node';
import { ownAccounts } from './own-accounts';
import { resourcePolicies } from './resource-policies';
import { byCalls, byPipelines, byRecordings, byTasks } from './sent-outside';
import type { TemplateModel } from './template-model';
import type { Place, Text } from './text';
import { byTrustedRoles } from './trusted-readers';
import { valuesAt } from './values-at';

/** Access that somebody outside of the accounts of the assembly has to a resource next to an agent. */
export interface OutsideAccess {
  /** What they have access to: a bucket, a queue, a key. */
  readonly to: Resource;
  /**
   * What gives it: a resource policy, the ACL of a bucket, a copy of its data, something that sends the data on, a call
   * that the template has AWS make, or a role of the app that they may assume.
   */
  readonly by: 'policy' | 'ACL' | 'copy' | 'destination' | 'call' | 'role';
  /** `unread`: whoever deploys decides who it is. */
  readonly who: Admitted['who'];
  /** The principal, account or ARN; for an ACL its name, for a call the action. */
  readonly name: Text;
  /** Kind of the principal of a policy. */
  readonly kind: Admitted['kind'];
  /** The statement of a policy: for a role, of the one that names the resource. */
  readonly statement?: Statement;
  /** The resource that gives it, when it isn't a policy. */
  readonly giver: Resource;
  readonly place: Place;
  readonly guard: Guard;
}

/** ACLs that let in only the owner and AWS services (log delivery, Amazon EC2). */
const CLOSED_ACLS = new Set([
  'Private',
  'BucketOwnerFullControl',
  'BucketOwnerRead',
  'LogDeliveryWrite',
  'AwsExecRead',
]);

/** Stores with properties that say where their data goes. */
const SENDS_BY_ITSELF = /^AWS::(?:S3::|SNS::Topic$|DynamoDB::)/;

/** Types with a policy for every resource of another type in the account and Region. */
const POLICY_OF_THE_ACCOUNT: ReadonlyMap<string, string> = new Map([
  ['AWS::ECR::RegistryPolicy', 'AWS::ECR::Repository'],
  ['AWS::Logs::ResourcePolicy', 'AWS::Logs::LogGroup'],
]);

/**
 * Policies of these types say who invokes, assumes or passes something. The rules of entries, roles and endpoints judge
 * them.
 */
const NO_STORE = /^AWS::(?:Lambda|IAM|EC2|ApiGateway\w*|BedrockAgentCore)::/;

/** All access of others to resources next to an agent. */
export function outsideAccess(model: TemplateModel): readonly OutsideAccess[] {
  return model.view(collect);
}

function collect(model: TemplateModel): OutsideAccess[] {
  const { near, used } = agentStores(model);
  const inPlace = [...near].flatMap((store) => [
    ...(NO_STORE.test(store.type) ? ofFunctions(model, store) : byPolicies(model, store)),
    ...(store.type === 'AWS::S3::Bucket' ? [...byAcl(store), ...byCopies(model, store)] : []),
    ...(used.has(store) || SENDS_BY_ITSELF.test(store.type) ? byDestinations(model, store, store) : []),
  ]);
  const moved = byMovers(model, near, used);
  return [
    ...inPlace,
    ...moved,
    ...byServices(model, used).filter(
      ({ giver, name }) => !moved.some((each) => each.giver === giver && textKey(each.name) === textKey(name)),
    ),
    ...byAccountPolicies(model, near),
    ...byOpenEntries(model, used),
    ...byCalls(model),
    ...byTasks(model, used),
    ...byRecordings(model, used),
    ...byPipelines(model, used),
    ...byTrustedRoles(model, used),
  ];
}

/** The rules of entries judge who invokes a function. Any other action reads or changes its code and variables. */
function ofFunctions(model: Model, to: Resource): OutsideAccess[] {
  const isMore = ({ actions: { except, patterns } }: Statement) =>
    except || patterns.some(({ value }) => !/^lambda:invoke/i.test(literalOf(value) ?? ''));
  return to.type === 'AWS::Lambda::Function'
    ? byPolicies(model, to).filter(({ statement }) => statement !== undefined && isMore(statement))
    : [];
}

/** Access to an agent's repositories and log groups by the policy of the registry or of all log groups. */
function byAccountPolicies(model: Model, near: ReadonlySet<Resource>): OutsideAccess[] {
  return resourcePolicies(model).flatMap(({ holder, statements }) => {
    const type = POLICY_OF_THE_ACCOUNT.get(holder.type);
    if (type === undefined) {
      return [];
    }
    const stores = [...near].filter((each) => each.type === type);
    return statements.flatMap((statement) => {
      const { except, patterns } = statement.resources;
      const to = stores.find((store) =>
        model
          .arn(store)
          .flatMap(({ value }) => [value, [...value, ':*']])
          .some((arn) => except || patterns.some((each) => overlap(concat(arn), each.value) !== 'no')),
      );
      return to
        ? admitted(model, statement).map((each) => ({
            ...each,
            to,
            by: 'policy' as const,
            statement,
            giver: holder,
            place: statement.place,
          }))
        : [];
    });
  });
}

function byPolicies(model: Model, to: Resource): OutsideAccess[] {
  return identities(model)
    .policiesOf(to)
    .flatMap(({ statements }) => statements)
    .flatMap((statement) =>
      admitted(model, statement).map((each) => ({
        ...each,
        to,
        by: 'policy' as const,
        statement,
        giver: statement.holder,
        place: statement.place,
      })),
    );
}

/** An ACL is in force unless public access is blocked. */
function byAcl(bucket: Resource): OutsideAccess[] {
  return bucket.properties
    .at('AccessControl')
    .flatMap((node) => node.texts())
    .filter(({ value }) => !CLOSED_ACLS.has(literalOf(value) ?? ''))
    .map(({ value, guard }) => ({
      ...ofStore(bucket, 'AccessControl', guard),
      by: 'ACL',
      who: literalOf(value) === undefined ? 'unread' : 'everybody',
      name: value,
    }));
}

function ofStore(store: Resource, property: string, guard: Guard) {
  const place: Place = { stack: store.stack, resource: store, path: `Properties.${property}` };
  return { to: store, giver: store, kind: 'AWS' as const, place, guard: guard.and(store.guard) };
}

const COPIES = [
  ['ReplicationConfiguration', 'Rules', 'Destination', 'Bucket'],
  ['InventoryConfigurations', 'Destination', 'BucketArn'],
  ['AnalyticsConfigurations', 'StorageClassAnalysis', 'DataExport', 'Destination', 'BucketArn'],
] as const;

/** Whether a copy names the account that gets it, and that account is another one. Then the account is the finding. */
function namesForeignAccount(model: Model, destination: Node): boolean {
  const accounts = ['Account', 'BucketAccountId']
    .flatMap((key) => valuesAt(destination, key))
    .flatMap((node) => node.texts());
  return accounts.length > 0 && accounts.every(({ value }) => ownAccounts(model).ofAccount(value) === 'foreign');
}

/** The ARN of a bucket has no account: a bucket that isn't in the assembly may belong to anybody. */
function byCopies(model: Model, bucket: Resource): OutsideAccess[] {
  return COPIES.flatMap((path) =>
    valuesAt(bucket.properties, ...path.slice(0, -1))
      .filter((destination) => !namesForeignAccount(model, destination))
      .flatMap((destination) => valuesAt(destination, path.at(-1)!))
      .flatMap((node) => node.texts())
      .filter(({ value }) => model.named(value).length === 0)
      .map(({ value, guard }) => ({
        ...ofStore(bucket, path[0], guard),
        by: 'copy' as const,
        who: literalOf(value) === undefined ? ('unread' as const) : ('somebody unknown' as const),
        name: value,
      })),
  );
}
