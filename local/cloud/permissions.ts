/**
 * What each call between services requires, and the check that it is allowed: the calls of functions by the role that
 * signs them, tasks of state machines by the role of the machine, deliveries by the role or the service that makes them.
 */
import type { AccessRequest, AccountPolicies } from '../iam/account-policies';
import { AwsError, type Fields } from './aws-endpoint';
import type { Deployment } from './deployment';
import { keyRequests } from './key-permissions';

/** What a call does to which resource. */
export interface Call {
  readonly action: string;
  /** ARN, or `*` for an action that works on no resource. */
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
  readonly multiple?: Readonly<Record<string, readonly string[]>>;
}

type CallsOf = (input: Fields, permissions: Permissions) => readonly Call[];

const one =
  (action: string, resource: (input: Fields, permissions: Permissions) => string): CallsOf =>
  (input, permissions) => [{ action, resource: resource(input, permissions) }];
const table =
  (action: string): CallsOf =>
  ({ TableName, IndexName, Key, Item }, permissions) => {
    const arn = permissions.arn('dynamodb', `table/${String(TableName)}`);
    return [
      {
        action: `dynamodb:${action}`,
        resource: typeof IndexName === 'string' ? `${arn}/index/${IndexName}` : arn,
        ...permissions.leadingKeys(String(TableName), Key ?? Item),
      },
    ];
  };
const putEvents: CallsOf = ({ Entries }, permissions) =>
  (Entries as Fields[]).map(({ EventBusName = 'default' }) => ({
    action: 'events:PutEvents',
    resource: permissions.named('events', 'event-bus/', String(EventBusName)),
  }));
const sendMessage = one('sqs:SendMessage', ({ QueueUrl }, permissions) =>
  permissions.arn('sqs', String(QueueUrl).split('/').at(-1)!),
);
const getParameter = one('ssm:GetParameter', ({ Name }, permissions) =>
  permissions.arn('ssm', `parameter/${String(Name).replace(/^\//, '')}`),
);
const startExecution = one('states:StartExecution', ({ StateMachineArn, stateMachineArn }) =>
  String(StateMachineArn ?? stateMachineArn),
);
const object = (action: string): CallsOf =>
  one(action, ({ Bucket, Key }, { place: { partition } }) => `arn:${partition}:s3:::${String(Bucket)}/${String(Key)}`);

/**
 * The document, the execution, and the role that is handed over. Source:
 * docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-identity-based-policies.html
 */
const startAutomation: CallsOf = ({ DocumentName, Parameters = {} }, permissions) => {
  const { partition, region } = permissions.place;
  const name = String(DocumentName);
  // Documents of AWS are in no account.
  const document = /^AWS[A-Za-z]*-/.test(name)
    ? `arn:${partition}:ssm:${region}::document/${name}`
    : permissions.named('ssm', 'document/', name);
  const { AutomationAssumeRole: roles = [] } = Parameters as { AutomationAssumeRole?: readonly string[] };
  return [
    { action: 'ssm:StartAutomationExecution', resource: document },
    { action: 'ssm:StartAutomationExecution', resource: permissions.arn('ssm', 'automation-execution/new') },
    ...roles.map((role) => ({
      action: 'iam:PassRole',
      resource: role,
      context: { 'iam:PassedToService': 'ssm.amazonaws.com' },
    })),
  ];
};

/**
 * Calls by integration of Step Functions (`dynamodb:putItem`) or by operation of an SDK (`AWSEvents.PutEvents`). Actions
 * and resources are those of the Service Authorization Reference (analysis/facts/actions.txt).
 */
const CALLS: Readonly<Record<string, CallsOf>> = {
  'lambda:invoke': one('lambda:InvokeFunction', ({ FunctionName }, permissions) =>
    permissions.named('lambda', 'function:', String(FunctionName)),
  ),
  ...Object.fromEntries(
    ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'].flatMap((action) => {
      const name = action[0].toLowerCase() + action.slice(1);
      return [`dynamodb:${name}`, `aws-sdk:dynamodb:${name}`].map((integration) => [integration, table(action)]);
    }),
  ),
  'aws-sdk:s3:getObject': object('s3:GetObject'),
  'aws-sdk:s3:putObject': object('s3:PutObject'),
  'aws-sdk:ssm:getParameter': getParameter,
  'aws-sdk:ssm:startAutomationExecution': startAutomation,
  'aws-sdk:bedrockruntime:applyGuardrail': one('bedrock:ApplyGuardrail', ({ GuardrailIdentifier }, permissions) =>
    permissions.named('bedrock', 'guardrail/', String(GuardrailIdentifier)),
  ),
  'events:putEvents': putEvents,
  'sqs:sendMessage': sendMessage,
  'sns:publish': one('sns:Publish', ({ TopicArn }) => String(TopicArn)),
  'states:startExecution': startExecution,
  'states:startExecution.sync': startExecution,
  'states:startExecution.sync:2': startExecution,
  'AWSStepFunctions.StartExecution': startExecution,
  'AWSStepFunctions.SendTaskSuccess': one('states:SendTaskSuccess', () => '*'),
  'AWSStepFunctions.SendTaskFailure': one('states:SendTaskFailure', () => '*'),
  'AmazonSQS.SendMessage': sendMessage,
  'AWSEvents.PutEvents': putEvents,
  'AmazonSSM.GetParameter': getParameter,
  'secretsmanager.GetSecretValue': one('secretsmanager:GetSecretValue', ({ SecretId }) => String(SecretId)),
};

export class Permissions {
  public constructor(
    private readonly policies: AccountPolicies,
    private readonly deployment: Deployment,
  ) {}

  public get place() {
    return this.deployment.place;
  }

  public arn(service: string, rest: string): string {
    const { partition, region, accountId } = this.place;
    return `arn:${partition}:${service}:${region}:${accountId}:${rest}`;
  }

  /** An ARN from a name or an ARN. */
  public named(service: string, prefix: string, reference: string): string {
    return reference.startsWith('arn:') ? reference : this.arn(service, `${prefix}${reference}`);
  }

  /**
   * The partition key of an item, as conditions see it. A query has none here, so that such a condition refuses it.
   * Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
   */
  public leadingKeys(name: string, item: unknown): Pick<Call, 'multiple'> {
    const found = this.deployment.all('AWS::DynamoDB::Table').find(({ ref }) => ref === name);
    const schema = (found?.properties.KeySchema ?? []) as { AttributeName: string; KeyType: string }[];
    const partition = schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
    const value = (item as Record<string, Record<string, unknown>> | undefined)?.[partition ?? ''];
    return value === undefined ? {} : { multiple: { 'dynamodb:LeadingKeys': Object.values(value).map(String) } };
  }

  /**
   * Checks a call, and the use of the customer-managed key of what is called.
   *
   * @param caller ARN of the role, or the service that acts: `events.amazonaws.com`
   * @param name the integration or operation
   * @throws AwsError AccessDeniedException as AWS words it, or with the name of a call whose permissions aren't known here
   */
  public require(caller: string, name: string, input: Fields): void {
    const calls = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
    if (calls === undefined) {
      throw new AwsError(
        'AccessDeniedException',
        `The local account doesn't know which permissions ${name} needs, so it is refused. Fix: add it to local/cloud/permissions.ts.`,
      );
    }
    for (const call of calls(input, this)) this.check({ caller, ...call });
  }

  private check(request: AccessRequest): void {
    for (const each of [request, ...keyRequests(this.policies.model, this.place, request)]) {
      const { allowed, reason } = this.policies.decide(each);
      if (!allowed) throw new AwsError('AccessDeniedException', reason);
    }
  }
}
