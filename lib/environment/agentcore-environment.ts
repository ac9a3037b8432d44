import { CfnRuntime, CfnRuntimeEndpoint } from 'aws-cdk-lib/aws-bedrockagentcore';
import type { GraphWidgetProps } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, SecurityGroup, type ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, type IPrincipal, type IRole } from 'aws-cdk-lib/aws-iam';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type ILogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { AgentBaseline, type IAgentBaseline } from '../baseline';
import { declareImportedRole } from '../declaration/imported';
import { allowLogs } from '../encryption/key-statements';
import { logCallerStatements } from '../encryption/log-caller-statements';
import { RUNTIME_LOG_GROUPS } from '../facts/compute-kinds';
import { AgentProject, type IAgentProject } from '../identity/agent-project';
import { attachPolicy } from '../identity/attach-policy';
import { createExecutionRole, environmentStatements, logStatements } from '../identity/execution-role';
import { RESOURCELESS_ACTIONS, RUNTIME_DRIVE_ACTIONS } from '../identity/perms';
import { acknowledgeIam5 } from '../identity/acknowledge-iam5';
import { AgentNetworkService } from '../network';
import { injectedProps } from '../injection/injected-props';
import { REMOVAL, removalPolicy } from '../lifecycle/removal';
import { requireInput } from '../validation/input-error';
import type { AgentEnvironmentConfig, AgentEnvironmentHost } from './agent-environment';
import { AgentImage } from './agent-image';
import { AgentCoreEnvironmentMetrics } from './agentcore-environment-metrics';
import type { AgentCoreEnvironmentAttributes, AgentCoreEnvironmentProps } from './agentcore-environment-props';
import type { IAgentCoreEnvironment } from './agentcore-environment-ref';
import { ImportedAgentCoreEnvironment } from './imported-agentcore-environment';
import { requireSameAccount } from '../identity/same-account';
import { admitOnly } from './runtime-access-policy';
import { RuntimeCapacity } from './runtime-capacity';
import { lifecycleSettings, requireDirectories, runtimeName, runtimeVariables } from './runtime-settings';
import { checkInputsOf } from '../validation/checked-inputs';

/**
 * The execution environment of one managed agent on AgentCore Runtime: isolated compute per session in your VPC,
 * stateful storage, its own execution role, its own encrypted log group, and a resource policy that allows only the session
 * role of the agent.
 *
 * The construct uses L1 resources, because the L2 construct of aws-cdk-lib grants the execution role the log groups of every
 * Runtime and workload tokens, and has no session storage.
 *
 * @resource AWS::BedrockAgentCore::Runtime
 */
export class AgentCoreEnvironment extends Construct implements IAgentCoreEnvironment {
  static {
    checkInputsOf(this, 'AgentCoreEnvironment');
  }

  /** Uniquely identifies this class for property injection. */
  public static readonly PROPERTY_INJECTION_ID = 'cdk-bedrock-managed-agents.AgentCoreEnvironment';

  /** Name of the endpoint that sessions use. It isn't DEFAULT, which the service creates with its own log group. */
  public static readonly ENDPOINT_NAME = 'live';

  /**
   * An environment that is defined elsewhere, in the account and Region of the scope's stack.
   *
   * @throws InputError when the Runtime ARN has another form
   */
  public static fromAgentCoreEnvironmentAttributes(
    scope: Construct,
    id: string,
    attrs: AgentCoreEnvironmentAttributes,
  ): IAgentCoreEnvironment {
    return new ImportedAgentCoreEnvironment(scope, id, {
      ...attrs,
      endpointName: attrs.endpointName ?? AgentCoreEnvironment.ENDPOINT_NAME,
    });
  }

  public readonly executionRole: IRole;
  public readonly grantPrincipal: IPrincipal;
  public readonly connections: Connections;
  public readonly baseline: IAgentBaseline;
  public readonly project: IAgentProject;
  public readonly runtimeArn: string;
  /** Id of the Runtime: its name, a dash and ten characters. */
  public readonly runtimeId: string;
  public readonly runtimeName: string;
  /** ARN of the endpoint that sessions use. */
  public readonly endpointArn: string;
  public readonly endpointName = AgentCoreEnvironment.ENDPOINT_NAME;
  /** The log group of the Runtime. */
  public readonly logGroup: ILogGroup;
  public readonly metrics: AgentCoreEnvironmentMetrics = AgentCoreEnvironmentMetrics.fromAgentCoreEnvironment(this);
  public readonly workspaceDirectory: string;
  public readonly capabilityDirectories: string[];
  public readonly maxLifetime?: Duration;
  /** The security group of the Runtime's network interfaces. Retained on deletion, see the docs of the network. */
  public readonly securityGroup: ISecurityGroup;

  private bound = false;

  constructor(scope: Construct, id: string, props: AgentCoreEnvironmentProps = {}) {
    super(scope, id);
    props = injectedProps(AgentCoreEnvironment.PROPERTY_INJECTION_ID, scope, id, props);
    this.runtimeName = runtimeName(this, props.runtimeName);
    const { _sessionStorage: storage, _platformVersion: platformVersion } = props.capacity ?? RuntimeCapacity.microVm();
    this.workspaceDirectory =
      props.workspaceDirectory ?? (storage.mountPath ? `${storage.mountPath}/workspace` : '/tmp/workspace');
    const chosenImage = props.image ?? AgentImage.bundled();
    this.capabilityDirectories = capabilityDirectories(chosenImage, props.capabilityDirectories);
    requireDirectories(this, this.workspaceDirectory, this.capabilityDirectories);
    const maxLifetime = props.maxLifetime ?? Duration.hours(8);
    this.maxLifetime = maxLifetime;
    const lifecycle = lifecycleSettings(this, props.idleTimeout ?? Duration.minutes(30), maxLifetime);
    const environmentVariables = runtimeVariables(
      this,
      storage,
      platformVersion.value,
      props.environmentVariables ?? {},
    );

    this.baseline = props.baseline ?? new AgentBaseline(this, 'Baseline');
    const { network, dataKey, logRetention } = this.baseline;
    this.project = props.project ?? AgentProject.accountDefault(this);
    this.securityGroup = this.createSecurityGroup();
    this.connections = new Connections({ securityGroups: [this.securityGroup] });
    network.connect(this);

    const image = chosenImage._bind(this, { dataKey, logRetention });
    this.resolveRegistry(image.repository);
    this.executionRole = props.executionRole ?? createExecutionRole(this, 'ExecutionRole');
    this.grantPrincipal = this.executionRole;
    requireSameAccount(this, 'executionRole', this.executionRole);
    declareImportedRole(this, this.executionRole, 'execution role');
    const startPolicy = attachPolicy(
      this,
      'StartPolicy',
      this.executionRole,
      'execution role',
      environmentStatements(this.project, image.repository),
    );

    const runtime = new CfnRuntime(this, 'Runtime', {
      agentRuntimeName: this.runtimeName,
      roleArn: this.executionRole.roleArn,
      agentRuntimeArtifact: { containerConfiguration: { containerUri: image.imageUri } },
      networkConfiguration: {
        networkMode: 'VPC',
        networkModeConfig: {
          subnets: network.subnets.map((subnet) => subnet.subnetId),
          securityGroups: [this.securityGroup.securityGroupId],
        },
      },
      protocolConfiguration: 'HTTP',
      lifecycleConfiguration: lifecycle,
      environmentVariables,
      filesystemConfigurations: storage.mountPath ? [{ sessionStorage: { mountPath: storage.mountPath } }] : undefined,
    });
    // Not a prop of the L1 in the lowest supported aws-cdk-lib, which would ignore it without an error.
    runtime.addPropertyOverride('PlatformVersion', platformVersion.value);
    if (startPolicy) {
      acknowledgeIam5(startPolicy, '*', RESOURCELESS_ACTIONS['ecr:GetAuthorizationToken']);
      runtime.node.addDependency(startPolicy);
    }
    this.runtimeArn = runtime.attrAgentRuntimeArn;
    this.runtimeId = runtime.attrAgentRuntimeId;

    this.logGroup = this.createLogGroup(dataKey, logRetention);
    const logs = logStatements(this, this.logGroup.logGroupName);
    const logPolicy = attachPolicy(this, 'LogPolicy', this.executionRole, 'execution role', [
      ...logs,
      ...logCallerStatements(this, dataKey, this.logGroup.logGroupName, 'write'),
    ]);
    if (logPolicy) {
      const streams = logs[0].resources[1];
      acknowledgeIam5(logPolicy, streams, 'The service chooses the names of log streams; the log group is exact.');
    }

    const endpoint = new CfnRuntimeEndpoint(this, 'Endpoint', {
      agentRuntimeId: runtime.attrAgentRuntimeId,
      agentRuntimeVersion: runtime.attrAgentRuntimeVersion,
      name: this.endpointName,
      description: 'The endpoint that sessions of the managed agent use',
    });
    // On first use, the service creates a log group without key and retention, unless this one exists already.
    endpoint.node.addDependency(this.logGroup, ...(logPolicy ? [logPolicy] : []));
    this.endpointArn = endpoint.attrAgentRuntimeEndpointArn;
  }

  public bind({ sessionRole }: AgentEnvironmentHost): AgentEnvironmentConfig {
    requireInput(!this.bound, this, {
      input: 'environment',
      value: this.node.path,
      allowed: 'an environment that no other agent uses (one agent, one identity)',
      fix: 'give every agent an AgentCoreEnvironment of its own',
    });
    this.bound = true;
    admitOnly(this, 'RuntimePolicy', this.runtimeArn, sessionRole.roleArn);
    admitOnly(this, 'EndpointPolicy', this.endpointArn, sessionRole.roleArn);
    return {
      type: 'aws_bedrock_agentcore',
      fields: { runtime_arn: this.runtimeArn, runtime_qualifier: this.endpointName },
      sessionStatements: [
        new PolicyStatement({
          sid: 'DriveOwnRuntime',
          actions: RUNTIME_DRIVE_ACTIONS,
          // An invoke and a stop with a qualifier are authorised on the Runtime and on its endpoint.
          resources: [this.runtimeArn, this.endpointArn],
        }),
      ],
    };
  }

  /** AgentCore starts compute at the first call of a session. */
  public bindCompute(_scope: Construct): IFunction | undefined {
    return undefined;
  }

  public computeGraphs(): GraphWidgetProps[] {
    return this.metrics._graphs();
  }

  /** Allows the name of another account's registry to resolve. The name of this account's registry always resolves. */
  private resolveRegistry({ env: { account } }: IRepository): void {
    if (!Token.isUnresolved(account) && account !== Stack.of(this).account) {
      const hostName = `${account}.dkr.ecr.{region}.amazonaws.com`;
      this.baseline.network.addService(AgentNetworkService.ECR_DKR._alsoAt([hostName]));
    }
  }

  private createSecurityGroup(): SecurityGroup {
    const group = new SecurityGroup(this, 'SecurityGroup', {
      vpc: this.baseline.network.vpc,
      description: 'Network interfaces of a managed agent: no ingress, egress to the endpoints of its network only',
      allowAllOutbound: false,
    });
    group.applyRemovalPolicy(removalPolicy(this, REMOVAL.runtimeGroup));
    return group;
  }

  private createLogGroup(encryptionKey: IKey, retention: RetentionDays): LogGroup {
    // The id of the Runtime is created after its key, so the pattern ends before the ten characters of the id.
    allowLogs(encryptionKey, this, `${RUNTIME_LOG_GROUPS}${this.runtimeName}-*`);
    return new LogGroup(this, 'Logs', {
      logGroupName: `${RUNTIME_LOG_GROUPS}${this.runtimeId}-${this.endpointName}`,
      encryptionKey,
      retention,
      removalPolicy: removalPolicy(this, REMOVAL.logGroup),
    });
  }
}

/** The given directories, and the ones with added skills in the image. */
function capabilityDirectories(image: AgentImage, named = image._defaultCapabilityDirectories): string[] {
  return [...named, ...image._requiredCapabilityDirectories.filter((directory) => !named.includes(directory))];
}
