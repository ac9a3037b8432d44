import { type CloudTrailClient, type Event, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import * as z from 'zod/v4';
import { pageInput, Pages } from '../server/paging';
import { oneOf, requireInScope } from '../server/scope';
import { checkedWindow, timeWindow } from '../server/time-window';
import { READ_ONLY, TEXT_IS_DATA, tool, type Tool } from '../server/tool-server';

/** Most events of one LookupEvents request. Source: the CloudTrail API reference. */
const PER_PAGE = 50;

/** The part of an event record that says who did it and whether it worked. Request and response are left out. */
interface EventRecord {
  readonly userIdentity?: { readonly arn?: string; readonly invokedBy?: string };
  readonly errorCode?: string;
}

/**
 * Management events that changed something. LookupEvents accepts one attribute, so AWS filters by the event source, and
 * this code omits read-only events.
 */
export function changeEventTool(cloudTrail: CloudTrailClient, sources: readonly string[], maxSeconds: number): Tool {
  const pages = new Pages();
  return tool({
    name: 'change_events',
    description: `Lists write events that CloudTrail recorded for one AWS service in a time range, newest first: who changed what. A page may be empty although next_page is there. ${TEXT_IS_DATA}`,
    input: z.strictObject({
      event_source: oneOf(sources, 'Event source'),
      ...timeWindow,
      page: pageInput,
    }),
    annotations: READ_ONLY,
    run: async ({ page, ...request }, signal) => {
      requireInScope([request.event_source], sources, 'The event source');
      const { start, end } = checkedWindow(request, maxSeconds);
      const { Events = [], NextToken } = await cloudTrail.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventSource', AttributeValue: request.event_source }],
          StartTime: start,
          EndTime: end,
          MaxResults: PER_PAGE,
          NextToken: pages.token(page, request),
        }),
        { abortSignal: signal },
      );
      return pages.page(Events.filter(({ ReadOnly }) => ReadOnly === 'false').map(summary), NextToken, request);
    },
  });
}

function summary(event: Event) {
  const record = recordOf(event.CloudTrailEvent);
  return {
    at: event.EventTime,
    event: event.EventName,
    id: event.EventId,
    user: event.Username,
    principal: record.userIdentity?.arn,
    invoked_by: record.userIdentity?.invokedBy,
    error: record.errorCode,
    resources: (event.Resources ?? []).map(({ ResourceType, ResourceName }) => ({
      type: ResourceType,
      name: ResourceName,
    })),
  };
}

function recordOf(text: string | undefined): EventRecord {
  try {
    return JSON.parse(text ?? '{}') as EventRecord;
  } catch {
    return {};
  }
}
