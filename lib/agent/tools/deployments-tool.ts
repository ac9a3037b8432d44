import type { IBaseService } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ArnFormat, Duration, Stack } from 'aws-cdk-lib/core';
import { DEPLOYMENT_READ_ACTIONS, RESOURCELESS_ACTIONS } from '../../identity/perms';
import { AgentNetworkService } from '../../network';
import { requireInput, requireSeconds, requireWholeNumber } from '../../validation/input-error';
import { bundledServer, type BundledToolOptions, checkNames, checkOptions } from './bundled-server';
import { DEPLOYMENTS_VARIABLES as VARIABLES } from '../../contracts/tool';
import type { ToolHost, ToolParts } from './tool-host';

/** A deployment group of CodeDeploy in this account and Region. */
export interface CodeDeployGroup {
  /** Name of the application. */
  readonly applicationName: string;
  /** Name of the deployment group. */
  readonly deploymentGroupName: string;
}

/** The resources whose deployments an agent can read, all of this account and Region. Set at least one list. */
export interface DeploymentsToolOptions extends BundledToolOptions {
  /**
   * Deployment groups of CodeDeploy whose deployments may be read.
   *
   * @default - none
   */
  readonly codeDeployGroups?: CodeDeployGroup[];

  /**
   * Names of CloudFormation stacks whose events may be read.
   *
   * @default - none
   */
  readonly stackNames?: string[];

  /**
   * ECS services that may be described, with their deployments.
   *
   * @default - none
   */
  readonly services?: IBaseService[];

  /**
   * Lambda functions whose aliases may be read: which version is live.
   *
   * @default - none
   */
  readonly functions?: IFunction[];

  /**
   * Lambda functions whose published versions may be listed. This permission also lets commands of the agent read the
   * functions' environment variables: name only functions without secrets in them.
   *
   * @default - none
   */
  readonly versionedFunctions?: IFunction[];

  /**
   * Event sources whose write events may be looked up in CloudTrail, for example `lambda.amazonaws.com`. IAM can't
   * limit the lookup. Only the tool enforces the limit to these sources and to write events. The role can look up every
   * management event of this account and Region.
   *
   * @default - none
   */
  readonly changeEventSources?: string[];

  /**
   * Longest time range of one query, one minute to 90 days.
   *
   * @default Duration.days(7)
   */
  readonly maxTimeRange?: Duration;
}

const WHERE = 'AgentTool.deployments';
const MAX_NAMES = 100;

export function checkDeployments(props: DeploymentsToolOptions): void {
  checkOptions(WHERE, props);
  const { codeDeployGroups = [], stackNames = [], changeEventSources = [] } = props;
  const lists = { codeDeployGroups, stackNames, changeEventSources, ...functionsAndServices(props) };
  requireInput(
    Object.values(lists).some((list) => list.length > 0),
    WHERE,
    {
      input: 'stackNames',
      value: [],
      allowed: 'at least one deployment group, stack, service, function or event source',
      fix: 'name what the agent may read',
    },
  );
  for (const [input, list] of Object.entries(lists)) {
    requireWholeNumber(WHERE, `number of ${input}`, list.length, 0, MAX_NAMES, 'names');
  }
  const groupNames = codeDeployGroups.map((group) => `${group.applicationName}/${group.deploymentGroupName}`);
  const part = '[A-Za-z0-9+=._@-]{1,100}';
  checkNames(WHERE, 'codeDeployGroups', groupNames, new RegExp(`^${part}/${part}$`), 'names CodeDeploy accepts');
  checkNames(WHERE, 'stackNames', stackNames, /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/, 'names of stacks, not ARNs');
  checkNames(
    WHERE,
    'changeEventSources',
    changeEventSources,
    /^[a-z0-9-]+\.amazonaws\.com$/,
    'event sources of CloudTrail, for example lambda.amazonaws.com',
  );
  for (const each of [...(props.functions ?? []), ...(props.versionedFunctions ?? [])]) {
    requireInput(!isQualified(each), WHERE, {
      input: 'functions',
      value: each.node.path,
      allowed: 'functions, not their aliases and versions, which the tool lists',
      fix: 'pass the function of the alias or version',
    });
  }
  requireSeconds(WHERE, 'maxTimeRange', props.maxTimeRange ?? Duration.days(7), 60, 90 * 24 * 3600);
}

/** One kind of deployment: its tool, its permissions and its endpoint. */
interface Kind {
  readonly tool: string;
  readonly variable: string;
  readonly names: string[];
  readonly sid: string;
  readonly service: string;
  readonly actions: string[];
  /** Without resources there is no resource-level form. */
  readonly resources?: string[];
  /** The resources that the endpoint policy allows, with placeholders of the network. */
  readonly passes: string;
  /** Why a resource may end in a wildcard. */
  readonly wildcard?: string;
}

export function deploymentsTool(props: DeploymentsToolOptions, host: ToolHost): ToolParts {
  const used = kinds(props, host).filter(({ names }) => names.length > 0);
  const wildcards = new Map<string, string>();
  for (const { actions, resources, wildcard } of used) {
    if (resources === undefined) wildcards.set('*', RESOURCELESS_ACTIONS[actions[0]]);
    else if (wildcard) resources.forEach((resource) => wildcards.set(resource, wildcard));
  }
  const variables = {
    ...Object.fromEntries(used.map(({ variable, names }) => [variable, names.join(',')])),
    [VARIABLES.maxTimeRangeSeconds]: String((props.maxTimeRange ?? Duration.days(7)).toSeconds()),
  };
  return {
    definition: bundledServer(host, { name: 'deployments', variables, tools: used.map(({ tool }) => tool) }, props),
    executionStatements: used.map(
      // "*" where no resource-level form exists: see RESOURCELESS_ACTIONS in perms.ts.
      ({ sid, actions, resources }) => new PolicyStatement({ sid, actions, resources: resources ?? ['*'] }),
    ),
    services: used.map(({ service, actions, passes }) =>
      AgentNetworkService.interface(service, { actions, resources: [passes] }),
    ),
    wildcards,
  };
}

function kinds(props: DeploymentsToolOptions, { scope }: ToolHost): Kind[] {
  const { codeDeployGroups = [], stackNames = [], changeEventSources = [] } = props;
  const { services, functions, versionedFunctions } = functionsAndServices(props);
  const stack = Stack.of(scope);
  const arn = (service: string, resource: string, name: string, arnFormat = ArnFormat.SLASH_RESOURCE_NAME) =>
    stack.formatArn({ service, resource, resourceName: name, arnFormat });
  const groupNames = codeDeployGroups.map((group) => `${group.applicationName}/${group.deploymentGroupName}`);
  const serviceNames = services.map(({ cluster, serviceName }) => `${cluster.clusterName}/${serviceName}`);
  return [
    {
      tool: 'codedeploy_deployments',
      variable: VARIABLES.deploymentGroups,
      names: groupNames,
      sid: 'ReadCodeDeployDeployments',
      service: 'codedeploy',
      actions: DEPLOYMENT_READ_ACTIONS.codeDeploy,
      resources: groupNames.map((name) => arn('codedeploy', 'deploymentgroup', name, ArnFormat.COLON_RESOURCE_NAME)),
      passes: 'arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:*',
    },
    {
      tool: 'stack_events',
      variable: VARIABLES.stacks,
      names: stackNames,
      sid: 'ReadStackEvents',
      service: 'cloudformation',
      actions: DEPLOYMENT_READ_ACTIONS.stacks,
      resources: stackNames.map((name) => `${arn('cloudformation', 'stack', name)}/*`),
      passes: 'arn:{partition}:cloudformation:{region}:{account}:stack/*',
      wildcard: 'The service chooses the id behind the name of a stack; the name is exact.',
    },
    {
      tool: 'ecs_service',
      variable: VARIABLES.services,
      names: serviceNames,
      sid: 'ReadServices',
      service: 'ecs',
      actions: DEPLOYMENT_READ_ACTIONS.services,
      resources: serviceNames.map((name) => arn('ecs', 'service', name)),
      passes: 'arn:{partition}:ecs:{region}:{account}:service/*',
    },
    {
      tool: 'lambda_aliases',
      variable: VARIABLES.functions,
      names: functions.map(({ functionName }) => functionName),
      sid: 'ReadAliases',
      service: 'lambda',
      actions: DEPLOYMENT_READ_ACTIONS.aliases,
      resources: functions.map(({ functionArn }) => functionArn),
      passes: 'arn:{partition}:lambda:{region}:{account}:function:*',
    },
    {
      tool: 'lambda_versions',
      variable: VARIABLES.versionedFunctions,
      names: versionedFunctions.map(({ functionName }) => functionName),
      sid: 'ReadVersions',
      service: 'lambda',
      actions: DEPLOYMENT_READ_ACTIONS.versions,
      resources: versionedFunctions.map(({ functionArn }) => functionArn),
      passes: 'arn:{partition}:lambda:{region}:{account}:function:*',
    },
    {
      tool: 'change_events',
      variable: VARIABLES.eventSources,
      names: changeEventSources,
      sid: 'LookUpChangeEvents',
      service: 'cloudtrail',
      actions: DEPLOYMENT_READ_ACTIONS.changeEvents,
      passes: '*',
    },
  ];
}

const functionsAndServices = ({ services = [], functions = [], versionedFunctions = [] }: DeploymentsToolOptions) => ({
  services,
  functions,
  versionedFunctions,
});

/** An alias, a version, or a function that was imported by the ARN of one. */
const isQualified = (each: IFunction) => 'lambda' in each || /:function:[^:]+:[^:]+$/.test(each.functionArn);
