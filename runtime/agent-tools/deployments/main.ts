/** MCP server `deployments`: what changed, from the services that deploy. Read-only, for the named resources. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { CodeDeployClient } from '@aws-sdk/client-codedeploy';
import { ECSClient } from '@aws-sdk/client-ecs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { DEPLOYMENTS_VARIABLES as VARIABLES } from '../../../lib/contracts/tool';
import { clientOptions } from '../server/aws';
import { serve } from '../server/tool-server';
import { changeEventTool } from './change-events';
import { codeDeployTool } from './code-deploy';
import { ecsTool } from './ecs';
import { aliasTool, versionTool } from './lambda';
import { stackTool } from './stacks';

const NINETY_DAYS = 90 * 24 * 3600;

void serve('deployments', (settings) => {
  const maxTimeRangeSeconds = settings.wholeNumber(VARIABLES.maxTimeRangeSeconds, 60, NINETY_DAYS);
  const groups = settings.list(VARIABLES.deploymentGroups);
  const stacks = settings.list(VARIABLES.stacks);
  const services = settings.list(VARIABLES.services);
  const functions = settings.list(VARIABLES.functions);
  const versioned = settings.list(VARIABLES.versionedFunctions);
  const eventSources = settings.list(VARIABLES.eventSources);
  return [
    ...(groups.length > 0 ? [codeDeployTool(new CodeDeployClient(clientOptions), groups, maxTimeRangeSeconds)] : []),
    ...(stacks.length > 0 ? [stackTool(new CloudFormationClient(clientOptions), stacks)] : []),
    ...(services.length > 0 ? [ecsTool(new ECSClient(clientOptions), services)] : []),
    ...(functions.length > 0 ? [aliasTool(new LambdaClient(clientOptions), functions)] : []),
    ...(versioned.length > 0 ? [versionTool(new LambdaClient(clientOptions), versioned)] : []),
    ...(eventSources.length > 0
      ? [changeEventTool(new CloudTrailClient(clientOptions), eventSources, maxTimeRangeSeconds)]
      : []),
  ];
});
