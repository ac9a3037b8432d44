import { DescribeServicesCommand, type ECSClient, ListServiceDeploymentsCommand } from '@aws-sdk/client-ecs';
import * as z from 'zod/v4';
import { pageInput, Pages } from '../server/paging';
import { Refusal } from '../server/refusal';
import { oneOf, requireInScope } from '../server/scope';
import { READ_ONLY, TEXT_IS_DATA, tool, type Tool } from '../server/tool-server';

const MAX_EVENTS = 25;
const DEPLOYMENTS_PER_PAGE = 20;

export function ecsTool(ecs: ECSClient, services: readonly string[]): Tool {
  const pages = new Pages();
  return tool({
    name: 'ecs_service',
    description: `Shows an ECS service: counts, task definitions in use, recent events, and its deployments page by page. ${TEXT_IS_DATA}`,
    input: z.strictObject({ service: oneOf(services, 'cluster/service'), page: pageInput }),
    annotations: READ_ONLY,
    run: async ({ page, ...request }, signal) => {
      requireInScope([request.service], services, 'The service');
      const [cluster, name] = request.service.split('/');
      const listed = await ecs.send(
        new ListServiceDeploymentsCommand({
          cluster,
          service: name,
          maxResults: DEPLOYMENTS_PER_PAGE,
          nextToken: pages.token(page, request),
        }),
        { abortSignal: signal },
      );
      const deployments = pages.page(
        (listed.serviceDeployments ?? []).map((deployment) => ({
          arn: deployment.serviceDeploymentArn,
          status: deployment.status,
          reason: deployment.statusReason,
          created: deployment.createdAt,
          finished: deployment.finishedAt,
          target_revision: deployment.targetServiceRevisionArn,
        })),
        listed.nextToken,
        request,
      );
      if (page !== undefined) return { service_deployments: deployments };
      const described = await ecs.send(new DescribeServicesCommand({ cluster, services: [name] }), {
        abortSignal: signal,
      });
      const [service] = described.services ?? [];
      if (service === undefined) {
        throw new Refusal(`ECS does not know the service (${described.failures?.[0]?.reason ?? 'no reason given'}).`);
      }
      return {
        status: service.status,
        desired: service.desiredCount,
        running: service.runningCount,
        pending: service.pendingCount,
        task_definition: service.taskDefinition,
        rollouts: (service.deployments ?? []).map((rollout) => ({
          status: rollout.status,
          task_definition: rollout.taskDefinition,
          rollout: rollout.rolloutState,
          reason: rollout.rolloutStateReason,
          failed_tasks: rollout.failedTasks,
          created: rollout.createdAt,
          updated: rollout.updatedAt,
        })),
        events: (service.events ?? [])
          .slice(0, MAX_EVENTS)
          .map(({ createdAt, message }) => ({ at: createdAt, message })),
        service_deployments: deployments,
      };
    },
  });
}
