import { type CloudFormationClient, DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import * as z from 'zod/v4';
import { pageInput, Pages } from '../server/paging';
import { oneOf, requireInScope } from '../server/scope';
import { READ_ONLY, TEXT_IS_DATA, tool, type Tool } from '../server/tool-server';

export function stackTool(cloudFormation: CloudFormationClient, stacks: readonly string[]): Tool {
  const pages = new Pages();
  return tool({
    name: 'stack_events',
    description: `Lists events of a CloudFormation stack of the last 90 days, newest first. ${TEXT_IS_DATA}`,
    input: z.strictObject({ stack: oneOf(stacks, 'Name of the stack'), page: pageInput }),
    annotations: READ_ONLY,
    run: async ({ page, ...request }, signal) => {
      requireInScope([request.stack], stacks, 'The stack');
      const { StackEvents = [], NextToken } = await cloudFormation.send(
        new DescribeStackEventsCommand({ StackName: request.stack, NextToken: pages.token(page, request) }),
        { abortSignal: signal },
      );
      // ResourceProperties are left out: they hold every value of the template.
      const events = StackEvents.map((event) => ({
        at: event.Timestamp,
        resource: event.LogicalResourceId,
        type: event.ResourceType,
        physical_id: event.PhysicalResourceId,
        status: event.ResourceStatus,
        reason: event.ResourceStatusReason,
        detailed_status: event.DetailedStatus,
      }));
      return pages.page(events, NextToken, request);
    },
  });
}
