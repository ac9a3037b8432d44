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
}

type CallsOf = (input: Fields, permissions: Permissions) => readonly Call[];

const one =
  (action: string, resource: (input: Fields, permissions: Permissions) => string): CallsOf =>
  (input, permissions) => [{ action, resource: resource(input, permissions) }];
const table =
  (action: string): CallsOf =>
  ({ TableName, IndexName }, permissions) => {
    const arn = permissions.arn('dynamodb', `table/${String(TableName)}`);
    return [
      { action: `dynamodb:${action}`, resource: typeof IndexName === 'string' ? `${arn}/index/${IndexName}` : arn },
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
