import { Token } from 'aws-cdk-lib/core';
import { BEARER_TOKEN_ACTIONS } from '../identity/perms';
import { requireDomain } from './domain-name';
import { requireInput, requirePattern } from '../validation/input-error';
import {
  BEDROCK_AGENTCORE_RULES,
  BEDROCK_AGENT_RUNTIME_RULES,
  BEDROCK_RUNTIME_RULES,
  CLOUDWATCH_RULES,
  CODEARTIFACT_API_RULES,
  CODEARTIFACT_ASSET_RULES,
  CODEARTIFACT_REPOSITORIES_RULES,
  CODECOMMIT_RULES,
  DYNAMODB_RULES,
  ECR_RULES,
  EVENTS_RULES,
  EndpointCallers,
  type EndpointRule,
  GIT_CODECOMMIT_RULES,
  KMS_RULES,
  LAMBDA_RULES,
  LOGS_RULES,
  MANTLE_RULES,
  S3_RULES,
  SECRETS_MANAGER_RULES,
  SNS_RULES,
  SQS_RULES,
  SSM_RULES,
  STATES_RULES,
  STS_RULES,
  XRAY_RULES,
} from './endpoint-actions';
import { checkInputsOf } from '../validation/checked-inputs';

/** Options of the endpoint of a service without a constant. */
export interface AgentNetworkServiceOptions {
  /** The actions that the endpoint allows, without wildcards: `dynamodb:GetItem`. Wildcards are refused. */
  readonly actions: string[];

  /**
   * ARNs the actions may be used on. Name no resource of another stack: the policy belongs to the stack of the network.
   * @default - every resource; the caller is always limited to this account or organization
   */
  readonly resources?: string[];

  /**
   * Host names of the service; `{region}` and `{account}` are filled in. Only these names of the service resolve in the
   * network.
   * @default - `<name>.<Region>.amazonaws.com`; required for a name of several parts without a constant
   */
  readonly hostNames?: string[];
}

interface ServiceSpec {
  readonly name: string;
  readonly gateway?: boolean;
  readonly rules: readonly EndpointRule[];
  readonly hostNames?: readonly string[];
  readonly added?: readonly string[];
}

/** An AWS service that agents call through its own endpoint, with the actions that the endpoint allows. */
export class AgentNetworkService {
  static {
    checkInputsOf(this, 'AgentNetworkService');
  }

  /**
   * Amazon Bedrock Managed Agents: the connection of the exec server, and the session API. No model calls, no bearer
   * tokens.
   */
  public static readonly BEDROCK_MANTLE = new AgentNetworkService({
    name: 'bedrock-mantle',
    rules: MANTLE_RULES,
    hostNames: ['bedrock-mantle.{region}.api.aws'],
  });
  /** ECR's API, for the image of the Runtime. */
  public static readonly ECR_API = new AgentNetworkService({
    name: 'ecr.api',
    rules: ECR_RULES,
    hostNames: ['api.ecr.{region}.amazonaws.com'],
  });
  /** ECR's registry, for the image of the Runtime. */
  public static readonly ECR_DKR = new AgentNetworkService({
    name: 'ecr.dkr',
    rules: ECR_RULES,
    hostNames: ['{account}.dkr.ecr.{region}.amazonaws.com'],
  });
  /** CloudWatch Logs: writing to log groups that exist. */
  public static readonly LOGS = new AgentNetworkService({ name: 'logs', rules: LOGS_RULES });
  /** Amazon S3 (gateway, free): buckets of this account, image layers, session storage. */
  public static readonly S3 = new AgentNetworkService({
    name: 's3',
    gateway: true,
    rules: S3_RULES,
    hostNames: ['s3.{region}.amazonaws.com', '*.s3.{region}.amazonaws.com'],
  });
  /** Amazon DynamoDB (gateway, free): items of this account's tables. */
  public static readonly DYNAMODB = new AgentNetworkService({
    name: 'dynamodb',
    gateway: true,
    rules: DYNAMODB_RULES,
    // SDK clients that know the account use the second name.
    hostNames: ['dynamodb.{region}.amazonaws.com', '{account}.ddb.{region}.amazonaws.com'],
  });
  /** CodeArtifact's API: tokens and repository addresses. Package managers also need `CODEARTIFACT_REPOSITORIES`. */
  public static readonly CODEARTIFACT_API = new AgentNetworkService({
    name: 'codeartifact.api',
    rules: CODEARTIFACT_API_RULES,
    hostNames: ['codeartifact.{region}.amazonaws.com'],
  });
  /** CodeArtifact's repositories: downloading packages. Also opens the S3 endpoint to the package files. */
  public static readonly CODEARTIFACT_REPOSITORIES = new AgentNetworkService({
    name: 'codeartifact.repositories',
    rules: CODEARTIFACT_REPOSITORIES_RULES,
    hostNames: ['*.d.codeartifact.{region}.amazonaws.com'],
  });
  /** CodeCommit's API: reading repositories and pull requests. */
  public static readonly CODECOMMIT = new AgentNetworkService({ name: 'codecommit', rules: CODECOMMIT_RULES });
  /** Git over HTTPS to CodeCommit: clone and fetch. */
  public static readonly GIT_CODECOMMIT = new AgentNetworkService({
    name: 'git-codecommit',
    rules: GIT_CODECOMMIT_RULES,
  });
  /** Secrets Manager: reading secrets. */
  public static readonly SECRETS_MANAGER = new AgentNetworkService({
    name: 'secretsmanager',
    rules: SECRETS_MANAGER_RULES,
  });
  /** Systems Manager Parameter Store: reading parameters. */
  public static readonly SSM = new AgentNetworkService({ name: 'ssm', rules: SSM_RULES });
  /** AWS KMS: using keys. */
  public static readonly KMS = new AgentNetworkService({ name: 'kms', rules: KMS_RULES });
  /** AWS STS: assuming roles of this account. */
  public static readonly STS = new AgentNetworkService({ name: 'sts', rules: STS_RULES });
  /** CloudWatch metrics: publishing. */
  public static readonly CLOUDWATCH = new AgentNetworkService({ name: 'monitoring', rules: CLOUDWATCH_RULES });
  /** AWS X-Ray: publishing traces. */
  public static readonly XRAY = new AgentNetworkService({ name: 'xray', rules: XRAY_RULES });
  /** Bedrock runtime: applying guardrails. */
  public static readonly BEDROCK_RUNTIME = new AgentNetworkService({
    name: 'bedrock-runtime',
    rules: BEDROCK_RUNTIME_RULES,
  });
  /** Bedrock agent runtime: reading knowledge bases. */
  public static readonly BEDROCK_AGENT_RUNTIME = new AgentNetworkService({
    name: 'bedrock-agent-runtime',
    rules: BEDROCK_AGENT_RUNTIME_RULES,
  });
  /** AgentCore's data plane, for your own callers. BMA doesn't call it through your VPC. */
  public static readonly BEDROCK_AGENTCORE = new AgentNetworkService({
    name: 'bedrock-agentcore',
    rules: BEDROCK_AGENTCORE_RULES,
  });
  /** Step Functions: starting and reading executions. */
  public static readonly STATES = new AgentNetworkService({ name: 'states', rules: STATES_RULES });
  /** EventBridge: putting events on this account's buses. */
  public static readonly EVENTS = new AgentNetworkService({ name: 'events', rules: EVENTS_RULES });
  /** Amazon SQS: sending. */
  public static readonly SQS = new AgentNetworkService({ name: 'sqs', rules: SQS_RULES });
  /** Amazon SNS: publishing. */
  public static readonly SNS = new AgentNetworkService({ name: 'sns', rules: SNS_RULES });
  /** AWS Lambda: invoking functions. */
  public static readonly LAMBDA = new AgentNetworkService({ name: 'lambda', rules: LAMBDA_RULES });

  /**
   * A service with an interface endpoint but without a constant.
   *
   * @param name the part after the Region in the endpoint service name, for example `athena` in
   * `com.amazonaws.us-east-1.athena`
   * @throws InputError when the name, an action or the list of actions isn't valid
   */
  public static interface(name: string, options: AgentNetworkServiceOptions): AgentNetworkService {
    requirePattern(
      WHERE,
      'name',
      name,
      /^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*$/,
      'the part of the endpoint service name behind the Region',
      "pass for example 'athena'",
    );
    requireActions(options.actions);
    const known = Object.values(AgentNetworkService).find(
      (value): value is AgentNetworkService =>
        value instanceof AgentNetworkService && !value.isGateway && value.name === name,
    );
    const hostNames = options.hostNames ?? known?._hostNames;
    requireInput(hostNames !== undefined || Token.isUnresolved(name) || !name.includes('.'), WHERE, {
      input: 'hostNames',
      value: hostNames,
      allowed: `the host names of ${name}, which cannot be derived from a name of several parts`,
      fix: "add for example hostNames: ['runtime.sagemaker.{region}.amazonaws.com']",
    });
    hostNames?.forEach((host) =>
      requireDomain(WHERE, 'hostNames', host.replace('{region}', 'us-east-1').replace('{account}', '0')),
    );
    const resources = options.resources ?? ['*']; // The caller chose no resource; the caller is still limited to the account.
    return new AgentNetworkService({
      name,
      rules: [{ actions: options.actions, resources, who: EndpointCallers.OURS }],
      hostNames,
      added: options.actions,
    });
  }

  /** The part after the Region in the endpoint service name. */
  public readonly name: string;

  /** Whether the service has a gateway endpoint (a route, free) instead of an interface endpoint. */
  public readonly isGateway: boolean;

  /** @internal */
  public readonly _rules: readonly EndpointRule[];

  /** @internal Host names with `{region}` and `{account}` to be filled in. */
  public readonly _hostNames: readonly string[];

  /** @internal Actions beyond the defaults of the constant. */
  public readonly _added: readonly string[];

  private constructor(spec: ServiceSpec) {
    this.name = spec.name;
    this.isGateway = spec.gateway ?? false;
    this._rules = spec.rules;
    this._hostNames = spec.hostNames ?? [`${spec.name}.{region}.amazonaws.com`];
    this._added = spec.added ?? [];
  }

  /** The actions that the endpoint allows. */
  public get actions(): string[] {
    return [...new Set(this._rules.flatMap((rule) => rule.actions))];
  }

  /**
   * The same service with more actions, on the same resources as its main actions.
   *
   * @param actions names without wildcards, for example `codecommit:GitPush`
   * @throws InputError when an action has a wildcard or uses a bearer token
   */
  public withActions(actions: string[]): AgentNetworkService {
    requireActions(actions);
    const [main, ...others] = this._rules;
    return new AgentNetworkService({
      name: this.name,
      gateway: this.isGateway,
      rules: [{ ...main, actions: [...main.actions, ...actions] }, ...others],
      hostNames: this._hostNames,
      added: [...this._added, ...actions],
    });
  }

  /** @internal The same service with more host names. */
  public _alsoAt(hostNames: readonly string[]): AgentNetworkService {
    return new AgentNetworkService({
      name: this.name,
      gateway: this.isGateway,
      rules: this._rules,
      hostNames: [...this._hostNames, ...hostNames],
      added: this._added,
    });
  }

  /** @internal The requirements of this service for the endpoint of another service. */
  public _needs(): AgentNetworkService | undefined {
    return this.name === 'codeartifact.repositories'
      ? new AgentNetworkService({
          name: AgentNetworkService.S3.name,
          gateway: true,
          rules: CODEARTIFACT_ASSET_RULES,
          hostNames: AgentNetworkService.S3._hostNames,
          added: CODEARTIFACT_ASSET_RULES.flatMap((rule) => rule.actions),
        })
      : undefined;
  }
}

const WHERE = 'AgentNetworkService';

function requireActions(actions: string[]): void {
  requireInput(Token.isUnresolved(actions) || actions.length > 0, WHERE, {
    input: 'actions',
    value: actions,
    allowed: 'at least one action',
    fix: 'name the actions that may pass the endpoint',
  });
  for (const action of actions) {
    requirePattern(
      WHERE,
      'actions',
      action,
      /^[a-z0-9-]+:[A-Za-z0-9]+$/,
      'service:Action without wildcards',
      'write every action out, so that a reviewer can read what passes',
    );
    requireInput(!BEARER_TOKEN_ACTIONS.includes(action), WHERE, {
      input: 'actions',
      value: action,
      allowed: 'actions signed with SigV4 (the endpoint policies deny bearer tokens)',
      fix: 'remove it',
    });
  }
}
